"""List words that say little by themselves, and words that stand before a person's name.

Used as evidence only: a function word weighs next to nothing inside a name, a common
word must be written as it is, a title before a surname is no given name.
"""

from __future__ import annotations

from typing import Final

from matchers.text import alias_form


def _words(text: str) -> frozenset[str]:
    return frozenset(alias_form(word) for word in text.split())


FUNCTION_WORDS: Final = _words(
    # en fr
    "the a an of for to in on at by and or with from as is are its his her their our "
    "le la les l de du des d un une et ou à au aux en dans sur pour par avec ce cette ces son sa ses "
    "leur leurs qui que dit "
    # es pt it de nl
    "el los las del y e o al il lo gli i dei della delle degli di da no na nos nas do dos das em ao "
    "aos und der die das dem den "
    "des im in von für zu zum zur con por para per het een van en "
    # ru ar
    "и в на с о по за для из от к у во со "
    "في من على إلى عن مع و أو التي الذي هذا هذه بين لدى ضد "
    # bm mos ha sw so tr
    "ka la ye ni ani min wa ne sẽn na da ta ya na wa ya za cha vya kwa iyo ee oo ka ku ve ile bir "
)

# Words found in many names or much of the news: written exactly, or not meant.
COMMON_WORDS: Final = _words(
    # en
    "alliance alliances association authority accord agreement army armed africa african air africans "
    "agency allies anti area attack attacks "
    "based battalion bank bloc border brigade brigades burkina capital chief chiefs civil coalition "
    "colonel commander commission "
    "committee community confederation conference congress constitutional coordination corps council "
    "country countries coup court criminal "
    "council's defence defense democratic development director east economic emirate emirates ethnic "
    "faso federal federation fighter fighters "
    "first five force forces foreign former foundation framework france free freedom french front "
    "fund general government greater "
    "group groups guard head high human independence independent information insurgent insurgents "
    "international islam islamic islamist jihad "
    "jihadist joint junta juntas justice leader leaders league led legion liberation libération local "
    "mali malian media member members "
    "militant militants military militia militias minister ministry mission monitoring movement "
    "movements muslim muslims nation nations "
    "national new news niger north northern office official officials operation organisation "
    "organization party patriotic peace people people's "
    "peoples permanent platform police political popular president prime province public rebel rebels "
    "rebellion reform region "
    "regional republic resistance revolutionary russia russian sahara sahel salvation security self "
    "separatist separatists service "
    "society soldier soldiers south southern special spokesman spokesperson stability state states "
    "strategic support supporters "
    "task transition transitional treaty union unit unity united uprising volunteers war west western "
    "world youth zone "
    "spring summit star black team city best assembly legislative election elections parliament programme program "
    "assembly legislative election elections parliament programme program food red cross summit "
    # fr
    "alliance accord accords armée armées arme armes armé armés arabe arabes afrique africain "
    "africaine africaines autodéfense autorité bataillon "
    "charte chef chefs combattant combattants comité commission communauté confédération conseil "
    "coordination coalition cadre cour défense développement droits "
    "économique état états etat etats fédération force forces française français front garde général "
    "gouvernement groupe groupes haut haute "
    "indépendance indépendants international internationale islamique islamiste islamistes jeunes "
    "justice ligue loi malien malienne maliens malienne militaire militaires "
    "ministre ministère monde mouvement mouvements musulman musulmans nation nationale nations nord "
    "organisation ouest paix patrie pays peuple peuples "
    "police politique populaire pour premier président promotion province rébellion rebelle rebelles "
    "région régional république résistance révolutionnaire salut "
    "sauvegarde sécurité service sociale société soldats soutien stabilité stratégique sud "
    "transition union unité unités volontaires zone "
    "assemblée législative législatives élection élections parlement médecins sans frontières "
    # es pt it de
    "alianza alliança aliança alleanza allianz bündnis estado estados stati staaten países paesi "
    "grupo gruppo gruppe gruppen frente fronte frentes fuerza fuerzas força forças "
    "forze kräfte movimiento movimento bewegung rebeldes rebelde ribelli rebellen rebell consejo "
    "conselho consiglio rat apoyo apoio sostegno liberación libertação liberazione "
    "befreiung unidad unidade unità einheit nacional nazionale armado armados armata armate "
    "bewaffnete confederación confederação confederazione konföderation islámico islâmico "
    "islamico islamischer islamische musulmanes muçulmanos musulmani muslime junta militar presidente "
    "präsident "
    # ru
    "альянс союз конфедерация государств государства группа группы поддержки ислама мусульман "
    "движение фронт освобождения национальное повстанцы армия силы совет "
    # ar
    "تحالف اتحاد دول بلدان كونفدرالية كونفيدرالية جماعة مجموعة حركة حركات جبهة تنظيم قوات جيش قوة "
    "دولة مجلس الأعلى الوطنية الوطني تحرير دعم نصرة الإسلام إسلام المسلمين مسلمين "
    "الإسلامية الدائم الاستراتيجي إطار دفاع شعب وحدة منطقة إقليم رئيس حكومة ساحل عربية عربي أفريقيا "
    "إفريقيا غرب مسلحة مسلحين متمردين متمردو اتفاق سلام أمن ميثاق لجنة "
    # bm mos sw ha
    "jɛkulu tɔn tɔnw fɔrɔba jamana jamanaw maa mɔgɔ mɔgɔw muungano nchi za kungiyar ƙungiyar ƙasashen "
    "kasashen yan tawaye yankin sojoji "
)

TITLES: Final = _words(
    "president président presidente präsident colonel col colonels general général gen gal capitaine "
    "captain capt commandant commander "
    "lieutenant lt sergeant major maj leader junta chief chef chief's ruler strongman mr m "
    "monsieur minister ministre prime premier "
    "pm emir émir sheikh cheikh sheik imam ambassador ambassadeur interim transitional transition "
    "malian malien mali's burkinabe burkinabè nigerien nigérien "
    "coronel generale colonnello oberst general juntachef presidente capitano hauptmann excellency "
    "excellence "
    "préfet gouverneur governor senator sénateur marshal maréchal "
    "kanar janar shugaba kolonɛli kolonel kanali jenerali rais zeneral peresida perezidan dukplɔla "
    "dukplɔ "
    "president-elect putschist putschiste spokesman "
    "الرئيس رئيس العقيد الجنرال الكولونيل القائد الانتقالي المالي الفريق النقيب "
    "президент полковник генерал капитан лидер глава"
)

# Of these anybody may be one: before a surname they say nothing for the best-known bearer.
CIVIL_TITLES: Final = _words(
    "m monsieur minister ministre prime premier imam sheikh cheikh sheik ambassador ambassadeur préfet gouverneur governor "
    "senator sénateur spokesman lieutenant lt sergeant major maj"
)

# What stands before a name in a list of persons and is none of their names.
HONORIFICS: Final = _words("shaikh shaykh haji hajj mullah mollah maulana maulawi mawlawi hafiz dr mrs ms")

# Words that make one name with the word after them: articles, "father of", "servant of", "son of", "of".
NAME_PARTICLES: Final = _words(
    "al el ul ur abu abou abo abd abdul abdel abdal ibn bin ben bint ould ag oued umm de da do dos di du del della van von der "
    "den ter la le st san santa mac na ال ابو عبد بن ابن ولد اغ"
)

# Given names common where our surnames are: after one of them, a surname belongs to somebody else.
GIVEN_NAMES: Final = _words(
    "mme madame mrs ms miss mlle mademoiselle dr docteur doctor pr professeur professor maître me "
    "amadou mamadou mohamed mohammed muhammad moussa ibrahim ibrahima ousmane abdoulaye boubacar "
    "seydou adama issa oumar omar aboubacar bakary cheick cheikh "
    "modibo mory moriba fousseyni lassana lassina drissa daouda salif souleymane soumaila soumana "
    "yaya youssouf yacouba zoumana tiémoko tiécoura "
    "fatoumata aminata mariam aïssata awa kadiatou oumou rokia hawa ramata djeneba assetou assétou "
    "bintou nana "
    "jean pierre paul michel françois jacques marie alain bernard joseph david john james peter "
    "michael thomas robert "
    "ali hassan hussein ahmed ahmad hamed hama sidi baba aly madou demba samba mady makan kassim "
    "sékou sekou lamine karim nouhoum bréhima brehima "
    "أمادو مامادو محمد موسى إبراهيم عثمان عبدالله علي حسن أحمد عمر آدم مودي"
)

# Words with which a sentence may begin before a surname; any other is somebody's given name.
OPENERS: Final = _words(
    "after before since while when whether if because although though despite without against like under during says said "
    "why how what who where but so then now today yesterday meanwhile earlier later ousted sacked deposed embattled putschist "
    "monday tuesday wednesday thursday friday saturday sunday "
    "après avant depuis pendant quand lorsque si parce quoique malgré sans contre comme sous selon chez mais donc puis ainsi "
    "aujourd'hui hier alors entretemps pourquoi comment quel quelle qui où mali afin vers entre derrière devant face même seul "
    "lundi mardi mercredi jeudi vendredi samedi dimanche "
    "según sin pero desde mientras cuando aunque contra como ayer hoy segundo mas quando embora sem ontem hoje "
    "secondo dopo prima mentre contro laut nach aber wenn während gegen ohne heute gestern seit auch "
    "amma bayan kafin wannan lakini baada kabla hata "
)

# Of which country somebody is: between a trade and a surname it belongs to the trade ("le lutteur malien Goïta").
NATIONALITIES: Final = _words(
    "malian malien malienne burkinabe burkinabè nigerien nigérien maliano malisch المالي المالية"
)

# What a namesake of a ruler is more often than a ruler.
OTHER_ROLES: Final = _words(
    "wrestler boxer sprinter swimmer rapper musician painter writer pharmacist coach trainer player footballer striker defender midfielder goalkeeper winger referee singer artist actor lawyer mayor "
    "entraîneur sélectionneur joueur footballeur attaquant défenseur milieu gardien arbitre chanteur chanteuse artiste "
    "comédien avocat maire député députée juge judge procureur prosecutor jeune young frère frères brother brothers sœur soeur famille family "
    "directeur directrice director étudiant étudiante student enseignant teacher policier honorable marabout commerçant lutteur boxeur entrenador jugador treinador jogador trainer spieler "
    "المدرب اللاعب الفنان المغني тренер футболист певец"
)
CONJUNCTIONS: Final = frozenset(("and", "et", "y", "e", "und", "и", "و", "ou", "or", "ed", "ni", "da", "en", "kple"))
# What opens a phrase inside another.
PREPOSITIONS: Final = CONJUNCTIONS | _words(
    "of for to in on at by with from de du des d pour par avec dans sur en à aux au del para por con von zu für mit di da "
    "dei degli delle do dos das ao aos van voor с в на для из от في من على عن مع إلى"
)
PERIODS: Final = frozenset(".!?;:…।؟؛。！？；：\n|•")

"""List words of the news in English, French and Arabic that mean the same; a reviewed table.

One line a meaning: its name, then its words in each language; a star stands for any ending.
Words are given as the matchers fold them: no case, no accents, no Arabic article. A word that
means two things stands in the line of the commoner one. Names of people and places do not
stand here: the catalogue and the gazetteer know them.
"""

from __future__ import annotations

from typing import Final

# What happened: these lines also decide the kind of event (matchers/concepts.py).
HAPPENINGS: Final = """
attack: attack* assault* raid raids raided storm storms stormed storming gunmen | attaqu* assaut* assaillant* agression* | هجوم* هاجم* هجمات مهاجم* اقتحم* اقتحام
ambush: ambush* | embuscade* guet-apens | كمين* كماين نصبوا
explosion: bomb bombs bombing* bombed blast* explo* ied ieds landmine* mine mines roadside | bombe bombes explos* mine mines engin eied saute | انفجار* تفجير* عبوه* لغم الغام ناسفه
shelling: shell shells shelling shelled rocket rockets mortar* | obus roquette* pilonn* bombard* mortier* | قذيف* قذايف صاروخ صواريخ قصف*
airstrike: airstrike* strike strikes struck drone drones raids airplane | frappe* drone drones aerien* | غاره غارات طايره مسيره ضربه ضربات جويه
clash: clash* fight fighting fights battle* fought skirmish* | affront* combat combats bataill* accroch* echauffouree* | اشتباك* قتال معارك معركه مواجهات
massacre: massacre* slaughter* atrocit* butcher* | massacr* tuerie* carnage | مجزره مذبحه مجازر
killing: kill kills killed killing killings dead death deaths die dies died slain murder* toll fatal* shot | tue tues tuee tuees tuer mort morts morte mortes deces decede* assassin* bilan succomb* abattu* | مقتل قتل* قتلي قتلوا مصرع وفاه وفيات اغتيال حصيله ضحايا
wounding: wound* injur* hurt | bless* | جرح* جرحي اصاب* اصيب* مصاب*
abduction: abduct* kidnap* hostage* captiv* seized | enlev* kidnapp* otage* rapt ravisseur* captivite | خطف* اختطف* اختطاف مختطف* رهين* رهاين
release: freed frees freeing release* releasing liberat* ransom | libere* liberation relach* rancon | افراج افرج* اطلق* سراح تحرير محرر* فديه
coup: coup coups putsch* overthr* topple* mutin* junta juntas | coup putsch* renvers* mutin* junte* destitu* | انقلاب* اطاح* تمرد مجلس
resignation: resign* quits sack* dismiss* fired ousted reshuffl* | demission* limog* revoqu* remani* evince* demis | استقال* اقال* اقاله تعديل
withdrawal: withdraw* withdrew pull pulls pullout exit exits leave leaves leaving quit | retrait retir* quitt* sortie depart | انسحاب* انسحب* ينسحب مغادره خروج
accord: accord accords agreement* deal deals pact pacts treaty treaties charter sign signs signed signing | accord accords pacte* traite* charte signe* signent signature paraph* | اتفاق* ميثاق معاهده وقع* يوقع* توقع توقيع
truce: truce* ceasefire* cease-fire peace reconcil* | treve* cessez-le-feu cessez paix reconcili* | هدنه وقف سلام مصالحه صلح
deployment: deploy* troop* convoy* reinforce* contingent* unified joint patrol* | deploi* deploy* convoi* renfort* contingent* unifiee conjoint* patrouill* | انتشار نشر تعزيزات رتل قافله قوافل موحده مشتركه دوريه
takeover: captures captured capture capturing retake* recaptur* seize seizes overrun falls | prise prend* repren* reprise conquer* tombe occup* | سيطر* سيطره استعاد* يتسلم تسلم سقوط
arrest: arrest* detain* detention custody held jail* prison* | arrest* interpell* detenu* detention ecroue* emprison* incarcer* gard-a-vue | اعتقال* اعتقل* توقيف* اوقف* احتجاز سجن سجين
verdict: verdict* sentence* convict* trial* court courts judge* tribunal guilty | verdict* condamn* proces jug* tribunal cour coupable peine | محكمه محاكمه حكم ادانه ادان* قضاء قاضي
warrant: warrant* prosecut* indict* charged charges | mandat* parquet procureur* inculp* poursuite* accus* | مذكره نيابه مدعي اتهام*
sanction: sanction* embargo* ban bans banned suspend* | sanction* embargo* interdi* suspen* | عقوبات عقوبه حظر* تعليق علق* يعلق
expulsion: expel* expulsion* deport* persona | expuls* refoul* renvoi* | طرد* ترحيل* رحل
protest: protest* march marches marched rall* demonstrat* | manifest* marche marches protest* rassembl* defil* | مظاهر* احتجاج* مسيره تظاهر*
blockade: blockade* siege besieg* block blocks blocked blocking encircl* | blocus siege assieg* bloque* bloquent encercl* | حصار محاصر* يحاصر تحاصر مطوق*
threat: threat* warn warns warned warning | menac* avert* alerte* | تهديد* هدد* حذر* يحذر تحذير
shortage: shortage* short runs ration* scarc* | penurie* rationn* manqu* crise | ازمه نقص شح
claim: claim claims claimed responsibility | revendiqu* | تبن* مسءوليه مسيوليه
denial: deny denies denied denial | dement* refut* nie | نفي* ينفي نفت تنفي كذب*
confirmation: confirm* | confirm* | اكد* يوكد تاكيد توكد
meeting: meet meets met meeting* talks talk summit* negotiat* discuss* dialogue host hosts hosted | rencontr* reunion* reunis sommet* negoci* discut* discussion* dialogue* pourparlers entretien* concertation | قمه لقاء اجتماع* محادثات مباحثات حوار تفاوض مفاوضات بحث يبحث
visit: visit* arrive* receive* welcom* | visit* attendu arriv* recoit recu accueil* | زياره يزور زار يستقبل استقبل* وصول وصل*
election: election* vote votes voted voting ballot* poll polls referendum | election* scrutin vote votes urne* referendum | انتخاب* اقتراع تصويت استفتاء
appointment: appoint* nam* sworn promot* | nomm* nomin* investi* promu* | تعيين عين يعين ترقيه
displacement: displac* refugee* flee flees fled migrant* exodus | deplac* refugie* fui* fuient migrant* exode | نازح* نزوح لاجي* لاجيين فر* مهاجر* هجره
reopening: reopen* resume* resum* return* restor* | rouvr* reouv* repren* retour* retabl* | اعاده استيناف عوده تستانف فتح
closure: close closes closed closing shut shuts shutdown halt* | ferm* fermeture interromp* arret | اغلاق اغلق* تغلق
flood: flood* rain rains storm* typhoon* | inond* pluie* tempete* typhon* crue* | فيضان* سيول امطار اعصار
fire: fire fires burn* blaze | incendi* feu feux brul* | حريق حرايق احرق* حرق
collapse: collaps* landslide mudslide | effondr* ebouleme* ensevel* | انهيار انهار* انهارت
accident: crash* accident* collision derail* | accident* crash collision derap* | حادث حوادث تصادم تحطم
launch: launch* begin* began start* open opens opened opening inaugurat* kick-off kicks | lanc* debut* commenc* ouvr* ouvert* inaugur* demarr* | اطلاق بدء بدا يبدا افتتاح ينطلق انطلاق
announce: announc* declar* state stated says said tell tells | annonc* declar* dit affirm* indiqu* | اعلن* يعلن تعلن قال* صرح*
call: call calls called urge* appeal* demand* ask asks | appel* demand* exhort* reclam* | دعا دعوه تدعو يدعو يطالب طالب* مطالب*
postpone: postpone* delay* cancel* | report* reporte annul* retard* | تاجيل اجل الغاء الغي*
reject: reject* refus* rebuff* | rejet* refus* | رفض* يرفض ترفض
create: create* creat* form forms formed found founds set establish* born | cre* fond* naissance constitu* instaur* met | تشكيل تاسيس اسس يوسس توسس انشاء يشكل
win: win wins won winning victor* triumph* champion* beat beats defeat* | gagn* victoire* vainqu* triomph* sacre* champion* bat batt* remport* s-impose | فوز فاز* يفوز بطل بطوله انتصار هزم*
lose: lose loses lost loss knocked eliminat* | perd* defaite* elimin* battu* | خساره خسر* اقصاء
withdrawfrom: pulls withdraws absent skip skips miss misses doubt | forfait absent* renonc* absence | غياب يغيب
opinion: opinion op-ed editorial analysis commentary column | opinion tribune edito editorial* analyse* decryptage chronique | راي مقال تحليل افتتاحيه
"""

# Who and what.
THINGS: Final = """
soldier: soldier* troops serviceman servicemen | soldat* militaire* | جندي* جنود عسكري* عساكر
gendarme: gendarme* | gendarme* | دركي* درك
police: police policeman policemen officer officers | polic* | شرطه شرطي*
civilian: civilian* villager* resident* people inhabitants | civil* villageois habitant* personnes population* | مدني* مدنيين قروي* سكان شخص* اشخاص
militant: militant* jihad* terrorist* insurgent* fighter* extremist* islamist* | djihad* jihad* terrorist* combattant* islamist* extremist* | مسلح* مقاتل* ارهاب* جهادي* متشدد* عنصر* عناصر
rebel: rebel* separatist* secession* | rebel* separatist* independantist* | متمرد* انفصالي*
army: army military forces | armee armees fama forces | جيش قوات عسكريه
base: base bases camp camps barracks post outpost garrison | base bases camp camps caserne* poste detachement garnison | قاعده قواعد معسكر ثكنه موقع
convoy: convoy* column lorr* truck* tanker* | convoi* colonne camion* citerne* | رتل قافله قوافل شاحن* صهاريج صهريج
vehicle: vehicle* car bus buses motorbike* motorcycle* | vehicule* voiture* car bus moto motos | سياره سيارات حافله مركبه دراج*
village: village* hamlet* | village* hameau* campement* | قريه قري بلده
town: town towns city cities capital | ville* capitale cite | مدينه مدن عاصمه
market: market* trader* fair | marche* foire* commercant* | سوق اسواق تجار
school: school* student* pupil* teacher* education | ecole* eleve* enseignant* etudiant* education | مدرسه مدارس تلاميذ طلاب معلم* تعليم
hospital: hospital* clinic* doctor* nurse* health | hopital* hopitaux clinique* medecin* infirm* sante | مستشفي* مستشفيات طبيب اطباء صحه صحيه
airport: airport* runway flight* plane* aircraft | aeroport* piste vol vols avion* | مطار* رحلات رحله طايره طايرات
road: road roads highway* axis | route* axe axes | طريق طرق
bridge: bridge* | pont ponts | جسر جسور
border: border* frontier* | frontiere* frontalier* | حدود حدوديه
gold: gold mine miners mining | or mines mineur* minier* miniere orpaill* | ذهب منجم مناجم تعدين
fuel: fuel petrol oil diesel | carburant* essence petrole gazole | وقود بنزين نفط محروقات
water: water | eau eaux | ماء مياه
electricity: electricity power blackout outage | electricit* courant delestage* | كهرباء
bank: bank banks | banque* | بنك مصرف بنوك
currency: currency money cfa franc | monnaie franc cfa | عمله فرنك
price: price* inflation cost costs | prix inflation cout* cher* | سعر اسعار تضخم
budget: budget* spending tax taxes | budget* impot* taxe* | ميزانيه موازنه ضرايب
trade: trade export* import* custom customs tariff* | commerce export* import* douan* tarif* | تجاره صادرات واردات جمارك
aid: aid humanitarian relief | aide* humanitaire* secours | مساعدات انسانيه اغاثه
food: food hunger famine | vivres nourriture faim famine alimentaire* | غذاء جوع مجاعه
passport: passport* visa* | passeport* visa* | جواز جوازات تاشيره
movement: movement | mouvement | تنقل حركه
president: president* leader head | president* chef dirigeant* leader | رييس روساء زعيم قايد قاده
minister: minister* ministry ministries | ministre* ministere* | وزير وزراء وزاره
government: government* cabinet | gouvernement* gouvernemental* | حكومه حكومي*
parliament: parliament* lawmaker* assembly senat* | parlement* depute* assemblee senat* | برلمان نواب نايب مجلس
opposition: opposition* opponent* | opposition opposant* | معارض* معارضه
party: party parties | parti partis | حزب احزاب
ambassador: ambassador* envoy diplomat* embassy | ambassad* emissaire diplomat* | سفير سفراء سفاره مبعوث دبلوماسي*
spokesman: spokes* | porte-parole | متحدث ناطق
governor: governor* mayor* | gouverneur* maire* | والي حاكم محافظ عمده
general: general colonel captain commander | general colonel capitaine commandant | جنرال عقيد نقيب قايد
king: king prince queen crown | roi prince reine | ملك امير ملكه
journalist: journalist* reporter* media press | journalist* media* presse | صحفي* صحافي* اعلام صحافه
court-icc: icc hague | cpi haye | جناييه لاهاي
states: states | etats | دول دوله
union: union bloc alliance confederation | union bloc alliance confederation | اتحاد تحالف كونفدراليه
un: un united nations unsc | onu nations | امم متحده
eu: eu european | ue europeen* | اوروبي*
african-union: au | ua | افريقي*
ecowas: ecowas | cedeao | ايكواس
transition: transition* | transition* | انتقال* مرحله
constitution: constitution* | constitution* | دستور*
law: law laws bill decree | loi lois decret projet | قانون مرسوم قوانين
report: report reports investigation inquiry probe | rapport enquete* | تقرير تحقيق
crime: crime crimes criminal | crime* criminel* | جريمه جرايم
corruption: corrupt* graft fraud | corrupt* fraude detournement | فساد احتيال
religion: church* priest* bishop* mosque* imam* | eglise* pretre* eveque* mosquee* imam* | كنيسه قس كاهن مسجد امام
woman: woman women girl girls female mother | femme* fille* feminin* mere | امراه نساء بنت بنات فتاه
man: man men male | homme* masculin* | رجل رجال
child: child* boy boys kid kids baby | enfant* garcon* bebe* | طفل اطفال
farmer: farmer* herder* cattle livestock harvest | paysan* agricult* eleveur* betail troupeau* recolt* | مزارع* رعاه ماشيه حصاد
engineer: engineer* worker* staff employee* | ingenieur* ouvrier* employ* travailleur* | مهندس* عمال عامل موظف*
foreign: foreign* expatriate* | etranger* expatri* | اجنبي* اجانب
driver: driver* | chauffeur* conducteur* | سايق سايقين
victim: victim* survivor* | victim* survivant* rescap* | ضحيه ضحايا ناجين ناجون
tribute: tribute* mourning funeral* | hommage* deuil obseques funeraill* | حداد تشييع جنازه
anniversary: anniversary commemorat* remember* years | anniversaire commemor* ans | ذكري سنويه
year: year years annual | an ans annee* annuel* | عام سنه سنوات اعوام
week: week weeks weekly | semaine* hebdo* | اسبوع اسابيع
month: month months | mois | شهر اشهر شهور
day: day days today daily | jour* journee* | يوم ايام
night: night nights overnight | nuit* nocturne* | ليل ليله
dawn: dawn morning | aube matin* | فجر صباح
north: north* | nord | شمال
south: south* | sud | جنوب
east: east* | est oriental* | شرق
west: west* | ouest occidental* | غرب
center: central centre center | centre central* | وسط
new: new fresh | nouveau* nouvel* | جديد*
first: first | premier* | اول اولي
last: last final | dernier* derniere* | اخير* نهايي*
second: second | deuxieme* second* | ثاني*
third: third | troisieme* | ثالث*
record: record* | record* | رقم قياسي
former: former ex | ancien* ex | سابق*
young: young youth teen* | jeune* jeunesse adolescent* | شاب شباب
world: world global | monde mondial* | عالم عالمي*
virus: covid* coronavirus virus pandemic | covid* coronavirus virus pandemi* | كورونا فيروس كوفيد جايحه وباء
vaccine: vaccin* | vaccin* | لقاح تطعيم
positive: positive test tests tested testing | positif* positive test tests teste* depist* | ايجابي* فحص اختبار
case: case cases infection* infected | cas infect* contamin* | حاله حالات اصابه
emergency: emergency | urgence* | طواري
spectator: spectator* fan fans crowd* audience stadium | spectateur* supporter* public huis stade* | جمهور متفرج* مشجع* ملعب
"""

# The rest of the news: sport fills half of it, and its headlines repeat most.
SPORT: Final = """
olympics: olympic* games paralymp* | olympi* jeux jo paralymp* | اولمبي* العاب
ceremony: ceremon* parade flag | ceremoni* defile drapeau porte-drapeau | حفل مراسم علم
medal: medal* podium | medaill* podium | ميداليه ميداليات
goldmedal: gold golden | or | ذهبيه
silver: silver | argent | فضيه
bronze: bronze | bronze | برونزيه
final: final finals finale | finale* | نهايي
semifinal: semi semis semifinal* semi-final* | demi demi-finale* demies | نصف
quarterfinal: quarter quarters quarterfinal* quarter-final* | quart quarts | ربع
heats: heat heats qualif* preliminar* | serie series qualif* | تصفيات تاهل
athlete: athlete* olympian* player* | athlete* joueu* sportif* sportive* | لاعب* رياضي*
coach: coach* trainer* manager | entraineur* selectionneur* coach | مدرب*
team: team teams squad | equipe* selection* | فريق منتخب
match: match* game | match* rencontre | مباراه مباريات
tournament: tournament* cup league | tournoi* coupe ligue | دوره كاس دوري
football: football soccer | football foot | كره قدم
basketball: basketball basket nba | basket* | سله
handball: handball | handball hand | يد
volleyball: volleyball volley | volley* | طايره
rugby: rugby sevens | rugby | رغبي
tennis: tennis | tennis | تنس
swimming: swim* swam freestyle butterfly backstroke breaststroke | nage* natation nageu* papillon brasse dos | سباحه سباح*
athletics: athletics sprint* hurdles metres | athletisme sprint* haies metres | العاب قوي
marathon: marathon* | marathon* | ماراثون
cycling: cycl* bike bmx | cycl* velo vtt bmx | دراجات
gymnastics: gymnast* | gym gymnast* | جمباز
judo: judo* | judo* | جودو
fencing: fenc* sabre foil epee | escrim* sabre fleuret epee | مبارزه
boxing: box* | box* | ملاكمه
wrestling: wrestl* | lutt* | مصارعه
weightlifting: weightlift* lifter* | halteroph* | اثقال
rowing: row rowing rower* rowers | aviron* rameu* | تجديف
canoe: canoe* kayak* | canoe* kayak* | كاياك
sailing: sail* | voile* | شراع*
surfing: surf* | surf* | ركوب امواج
skateboarding: skate* | skate* | تزلج
climbing: climb* | escalad* grimp* | تسلق
shooting: shooting shooter* rifle pistol | tir tireu* carabine pistolet | رمايه
archery: archer* | archer* arc | قوس سهم
equestrian: equestrian* horse* rider* dressage jumping | equit* equestre* cheval chevaux cavali* dressage | فروسيه حصان
diving: dive* diving | plonge* | غطس
triathlon: triathl* | triathl* | ترياثلون
golf: golf* | golf* | غولف
taekwondo: taekwondo | taekwondo | تايكوندو
karate: karate | karate* | كاراتيه
baseball: baseball softball | baseball softball | بيسبول
doping: doping drug drugs steroid* | dopage dope* | منشطات
mental: mental* depress* stress | mental* depress* stress | نفسي*
torch: torch flame cauldron | torche flamme vasque | شعله
village-olympic: housing bed beds cardboard | lit lits carton | سرير
director: director* | directeur* directrice* | مدير مخرج
apology: apolog* sorry | excus* | اعتذار اعتذر*
joke: joke* comment* remark* | blague* propos sketch | نكته تصريحات
holocaust: holocaust | shoah holocauste | محرقه
racism: racis* racial* | racis* racial* | عنصريه
asylum: asylum defect* | asile defection | لجوء
heatwave: heat hot | chaleur canicule | حر
tv: tv television broadcast* nbc watch | tele television diffus* | تلفزيون بث
movie: movie* film* actor* actress* | film* acteur* actrice* cinema | فيلم ممثل*
music: music* song* singer* album | musi* chanson* chant* album | موسيقي اغنيه مغني*
"""

# Countries and who is of them; the gazetteer knows those of the Sahel better.
COUNTRIES: Final = """
france: france french | france francais* | فرنسا فرنسي*
japan: japan* tokyo | japon* tokyo | يابان* طوكيو
us: us usa america* united-states | etats-unis unis usa americain* | امريكا امريك* متحده ولايات
uk: uk britain british gb england english | royaume-uni royaume grande-bretagne britanni* angleterre anglais* | بريطانيا بريطاني* انجلترا
china: china chinese beijing | chine chinois* pekin | صين صيني* بكين
russia: russia* moscow roc | russ* moscou | روسيا روسي* موسكو
germany: german* | allema* | المانيا الماني*
italy: ital* rome | ital* rome | ايطاليا ايطالي*
spain: spain spanish | espagn* | اسبانيا اسباني*
brazil: brazil* | bresil* | برازيل*
canada: canad* | canad* | كندا كندي*
australia: australia* aussie | australi* | استراليا استرالي*
india: india indian indians | inde indien* | هند هندي*
pakistan: pakistan* | pakistan* | باكستان*
iran: iran* tehran | iran* teheran | ايران*
iraq: iraq* | irak* | عراق*
israel: israel* | israel* | اسراييل*
syria: syria* | syri* | سوريا سوري*
turkey: turkey turkish | turqu* | تركيا تركي*
ukraine: ukrain* | ukrain* | اوكرانيا اوكراني*
poland: poland polish | polog* polonais* | بولندا
belgium: belgi* | belg* | بلجيكا بلجيكي*
netherlands: netherlands dutch | pays-bas neerland* hollande* | هولندا هولندي*
switzerland: switzerland swiss | suisse* | سويسرا
sweden: swed* | sued* | السويد سويدي*
norway: norw* | norveg* | نرويج*
denmark: denmark danish | danemark danois* | دنمارك*
hungary: hungar* | hongr* | مجر*
croatia: croat* | croat* | كرواتيا
serbia: serb* | serb* | صربيا
greece: greece greek | grece grec* | يونان*
portugal: portug* | portug* | برتغال*
belarus: belarus* | belarus* bieloruss* | بيلاروس*
georgia: georgia* | georgi* | جورجيا
korea: korea* seoul | coree* seoul | كوريا كوري*
taiwan: taiwan* | taiwan* | تايوان
philippines: philippin* | philippin* | فلبين
indonesia: indonesia* | indonesi* | اندونيسيا
mexico: mexic* | mexi* mexic* | مكسيك*
argentina: argentin* | argentin* | ارجنتين*
cuba: cuba* | cuba* | كوبا
jamaica: jamaica* | jamai* | جامايكا
kenya: kenya* | kenya* | كينيا
ethiopia: ethiopia* | ethiopi* | اثيوبيا
uganda: uganda* | ouganda* | اوغندا
southafrica: south-africa* | afrique-du-sud sud-africain* | جنوب-افريقيا
egypt: egypt* cairo | egypt* caire | مصر مصري* قاهره
morocco: morocc* rabat | maroc* rabat | مغرب مغربي*
algeria: algeri* algiers | alger* algeri* | جزاير جزايري*
tunisia: tunisia* tunis | tunisi* tunis | تونس تونسي*
libya: libya* tripoli | liby* tripoli | ليبيا ليبي*
mauritania: mauritania* | mauritani* | موريتانيا موريتاني*
senegal: senegal* dakar | senegal* dakar | سنغال*
ivory: ivorian* ivory-coast ivory | ivoirien* ivoire | عاج
ghana: ghana* | ghana* | غانا
togo: togo* lome | togo* lome | توغو
benin: benin* cotonou | benin* cotonou | بنين
nigeria: nigeria nigerian nigerians abuja lagos | nigeria nigerian* abuja | نيجيريا نيجيري*
chad: chad chadian* | tchad* | تشاد*
cameroon: cameroon* | cameroun* | كاميرون*
congo: congo* drc | congo* rdc | كونغو
sudan: sudan* | soudan* | سودان*
somalia: somali* | somali* | صومال*
mali: mali malian* bamako | mali malien* bamako | مالي ماليه باماكو
niger: niger nigerien* niamey | niger nigerien* niamey | نيجر* نيامي
burkina: burkina burkinabe* ouagadougou | burkina burkinab* ouagadougou | بوركينا واغادوغو
guinea: guinea* conakry | guinee* conakry | غينيا كوناكري
africa: africa* | afri* | افريقيا
europe: europe* | europ* | اوروبا
gulf: saudi emirates uae qatar* | saoudit* emirats qatar* | سعوديه امارات قطر*
"""

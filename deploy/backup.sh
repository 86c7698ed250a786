#!/bin/sh
# Copy the database, encrypt the copy if a recipient is named, keep the newest seven.
#   sh deploy/backup.sh FOLDER
# SQLite is copied while the bot runs; PostgreSQL by pg_dump. The settings are those of `tocsin` itself.
#   TOCSIN            the command, if it is not on PATH
#   BACKUP_KEEP       how many copies stay (7)
#   BACKUP_AGE        an age recipient (age1...): copies end in .age
#   BACKUP_GPG        a GPG key id: copies end in .gpg
# For every night: deploy/tocsin-backup.timer. A copy that lies on the same disk is half a copy.
set -eu
umask 077
folder=${1:?name the folder for the copies}
tocsin=${TOCSIN:-tocsin}
keep=${BACKUP_KEEP:-7}

mkdir -p "$folder"
if [ -n "$(find "$folder" -maxdepth 0 -perm /077)" ]; then
    echo "$folder can be read by others. Choose a private folder, or: chmod 700 $folder" >&2
    exit 1
fi
[ -z "${BACKUP_AGE:-}" ] || command -v age >/dev/null || { echo "age is not installed: apt install age" >&2; exit 1; }
[ -z "${BACKUP_GPG:-}" ] || command -v gpg >/dev/null || { echo "gpg is not installed: apt install gpg" >&2; exit 1; }

url=$("$tocsin" config --value database_url)
stamp=$(date -u +%Y%m%d-%H%M%S)
work=$(mktemp -d "$folder/.part.XXXXXX")
trap 'rm -rf "$work"' EXIT

case $url in
    sqlite:*)
        name=tocsin-$stamp.db
        "$tocsin" db backup "$work/$name" >/dev/null
        ;;
    *)
        name=tocsin-$stamp.dump
        pg_dump --format=custom --no-owner --exclude-table-data=inbox --file="$work/$name" "$url"
        ;;
esac

if [ -n "${BACKUP_AGE:-}" ]; then
    age --encrypt --recipient "$BACKUP_AGE" --output "$work/$name.age" "$work/$name"
    name=$name.age
elif [ -n "${BACKUP_GPG:-}" ]; then
    gpg --batch --quiet --trust-model always --encrypt --recipient "$BACKUP_GPG" --output "$work/$name.gpg" "$work/$name"
    name=$name.gpg
fi
chmod 600 "$work/$name"
mv "$work/$name" "$folder/$name"

# Names sort by time: what stands before the newest ones goes.
find "$folder" -maxdepth 1 -type f -name 'tocsin-*' | sort -r | tail -n "+$((keep + 1))" | while read -r old; do
    rm -f "$old"
done
echo "$folder/$name"

#!/bin/sh
# Put a copy that backup.sh made in the place of the database. Stop the bot first.
#   sh deploy/restore.sh COPY
# What the copy still owed is held until `tocsin run --after-restore send|drop` decides.
#   TOCSIN            the command, if it is not on PATH
#   BACKUP_IDENTITY   the file of the age identity for a copy that ends in .age
set -eu
umask 077
copy=${1:?name the copy}
tocsin=${TOCSIN:-tocsin}
[ -f "$copy" ] || { echo "$copy does not exist. Name a file that backup.sh made." >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

case $copy in
    *.age)
        age --decrypt --identity "${BACKUP_IDENTITY:?name the file of the age identity}" --output "$work/plain" "$copy"
        plain=$(basename "$copy" .age)
        ;;
    *.gpg)
        gpg --batch --quiet --decrypt --output "$work/plain" "$copy"
        plain=$(basename "$copy" .gpg)
        ;;
    *)
        cp "$copy" "$work/plain"
        plain=$(basename "$copy")
        ;;
esac

case $plain in
    *.dump)
        url=$("$tocsin" config --value database_url)
        pg_restore --clean --if-exists --no-owner --single-transaction --dbname="$url" "$work/plain"
        "$tocsin" db hold
        ;;
    *) "$tocsin" db restore "$work/plain" ;;
esac

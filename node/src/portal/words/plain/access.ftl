# Was die Seiten sagen: Einfache Sprache. Kurze Sätze, bekannte Wörter. Was hier fehlt, steht im deutschen Ordner.

## Anmelden
sign-in-title = Anmelden
sign-in-passkey = Mit Passkey anmelden
sign-in-passkey-what = Sie brauchen kein Passwort. Ihr Gerät erkennt Sie: am Finger, am Gesicht oder an einer Zahl.
sign-in-passkey-failed = Das hat nicht geklappt. Drücken Sie noch einmal auf den Knopf. Oder nehmen Sie Ihr Passwort.
sign-in-or = oder
sign-in-login = Benutzername
sign-in-password = Passwort
sign-in-button = Anmelden
sign-in-wrong = Das stimmt nicht. Schreiben Sie den Namen und das Passwort noch einmal. Achten Sie auf große und kleine Buchstaben.
sign-in-wait = Das war zu oft falsch. Warten Sie { $seconds } Sekunden. Dann versuchen Sie es noch einmal.
sign-in-first-time = Haben Sie einen Brief von uns?
sign-in-first-time-link = Hier beginnen Sie mit dem Code aus dem Brief
sign-in-staff-first-time = Haben Sie einen Code für ein neues Konto?
sign-in-lost = Sie kommen nicht mehr hinein? Kommen Sie mit Ihrem Ausweis zu uns. Sie bekommen einen neuen Brief.
sign-in-staff-lost = Sie kommen nicht mehr hinein? Fragen Sie die IT.
sign-in-timed-out = Sie waren lange nicht da. Bitte melden Sie sich noch einmal an. Dann geht es hier weiter.
sign-in-signed-out = Sie sind jetzt abgemeldet.
sign-in-once-more = Bitte melden Sie sich noch einmal an. Dann wissen wir: Das sind wirklich Sie. Was Sie geschrieben haben, ist noch da.

## Zweiter Schritt
second-title = Noch ein Code
second-what = Schreiben Sie den Code aus Ihrer App. Oder nehmen Sie einen Code von Ihrer Liste.
second-code = Code
second-button = Weiter
second-wrong = Der Code stimmt nicht. Oder er ist schon benutzt. Nehmen Sie den nächsten Code.
second-wait = Das war zu oft falsch. Warten Sie { $seconds } Sekunden.

## Einladung
invitation-title = Mit dem Brief beginnen
invitation-staff-title = Konto einrichten
invitation-code = Code
invitation-code-hint = Der Code hat 12 Zeichen. Er steht im Brief.
invitation-birth = Wann ist die Patientin oder der Patient geboren?
invitation-birth-hint = Zum Beispiel: 3.4.1951
invitation-login = Ihr Benutzername
invitation-button = Weiter
invitation-code-length = Der Code hat 12 Zeichen. Fehlt ein Zeichen? Ist eines zu viel?
invitation-code-character = Im Code gibt es nur die Zahlen 2 bis 9 und Buchstaben. Die Buchstaben I, L und O gibt es nicht.
invitation-code-check = Ein Zeichen ist falsch. Sehen Sie noch einmal im Brief nach.
invitation-birth-wrong = Schreiben Sie den Tag, den Monat und das Jahr. Zum Beispiel: 3.4.1951
invitation-wrong = Das passt nicht zusammen. Oder der Code ist zu alt. Sehen Sie noch einmal im Brief nach. Nach 5 Fehlern brauchen Sie einen neuen Brief.
invitation-staff-wrong = Das passt nicht zusammen. Oder der Code ist zu alt.

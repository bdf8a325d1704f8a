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

## Auf jeder Seite
live-offline = Wir können das Krankenhaus gerade nicht erreichen. Was Sie geschrieben haben, ist noch da. Warten Sie kurz. Dann versuchen Sie es noch einmal.

## Fehlerseiten
error-not-found-title = Diese Seite gibt es nicht
error-not-found = Vielleicht fehlt etwas in der Adresse. Oder Sie dürfen diese Seite nicht sehen.
error-forbidden-title = Das dürfen Sie nicht
error-forbidden = Ihr Konto darf das nicht. Fragen Sie die IT.
error-form-title = Das Formular gilt nicht mehr
error-form = Die Seite war zu lange offen. Oder sie war nicht von uns. Es ist nichts passiert. Bitte öffnen Sie die Seite noch einmal.
error-unavailable-title = Das geht im Moment nicht
error-unavailable = Es ist nichts verloren. Warten Sie ein paar Minuten. Dann versuchen Sie es noch einmal.
error-large-title = Das war zu viel
error-large = Bitte schreiben Sie weniger. Oder nehmen Sie eine kleinere Datei.
error-to-start = Zur ersten Seite

## Anmelden einrichten
setup-title = Wie möchten Sie sich anmelden?
setup-hello = Guten Tag, { $name }
setup-what = Wählen Sie einen Weg. Später können Sie noch einen Weg dazu nehmen.
setup-passkey-title = Mit Passkey (das ist am leichtesten)
setup-passkey-what = Ihr Gerät erkennt Sie: am Finger, am Gesicht oder an einer Zahl. Sie müssen sich nichts merken.
setup-passkey-button = Passkey auf diesem Gerät einrichten
setup-passkey-failed = Das hat nicht geklappt. Versuchen Sie es noch einmal. Oder nehmen Sie ein Passwort und einen Code.
setup-passkey-no-script = Dafür muss JavaScript an sein. Der zweite Weg geht auch ohne.
setup-password-title = Mit Passwort und Code
setup-password-what = Sie denken sich ein Passwort aus. Bei jedem Anmelden brauchen Sie auch einen Code. Der Code kommt aus einer App. Oder er steht auf einer Liste aus Papier.
setup-password-button = Passwort ausdenken
setup-login = Benutzername
setup-login-hint = Der Name braucht 3 Zeichen oder mehr. Sie können auch Ihre E-Mail-Adresse nehmen.
setup-login-wrong = Der Name braucht 3 bis 64 Zeichen. Sie können Buchstaben und Zahlen nehmen. Und diese Zeichen: . - _ @ +
setup-login-taken = Diesen Namen hat schon jemand. Bitte nehmen Sie einen anderen.
setup-login-wait = Viele Namen waren schon vergeben. Warten Sie { $seconds } Sekunden. Dann versuchen Sie es noch einmal.
setup-password = Passwort
setup-password-hint = Das Passwort braucht 10 Zeichen oder mehr. Nehmen Sie zum Beispiel drei Wörter. Die können Sie sich gut merken.
setup-password-short = Das Passwort ist zu kurz. Es braucht 10 Zeichen oder mehr.
setup-password-long = Das Passwort ist zu lang. Es darf nur 200 Zeichen haben.
setup-password-common = Dieses Passwort können andere leicht raten. Nehmen Sie zum Beispiel drei Wörter, die nicht zusammenpassen.
setup-second-title = Der Code
setup-second-what = Woher soll der Code kommen? Bitte wählen Sie.
setup-app-title = Aus einer App auf dem Handy
setup-app-what = Sie brauchen eine App für Codes. So eine App heißt: Authenticator. Sie zeigt alle 30 Sekunden einen neuen Code.
setup-app-button = App einrichten
setup-app-scan = Öffnen Sie die App. Halten Sie die Kamera auf dieses Bild:
setup-app-type = Oder schreiben Sie diese Zeichen in die App:
setup-app-code = Diesen Code zeigt die App jetzt
setup-app-wrong = Der Code stimmt nicht. Warten Sie auf den nächsten Code. Sehen Sie auch nach: Geht die Uhr auf Ihrem Handy richtig?
setup-app-finish = Fertig
setup-list-title = Von einer Liste aus Papier
setup-list-what = Sie bekommen zwölf Codes. Sie können sie drucken oder abschreiben. Jeder Code geht nur einmal.
setup-list-button = Liste machen
setup-list-yours = Ihre Liste mit Codes
setup-list-keep = Drucken Sie die Liste. Oder schreiben Sie die Codes ab. Wir zeigen die Liste nur jetzt. Haben Sie einen Code benutzt? Dann streichen Sie ihn durch. Legen Sie die Liste nicht zum Passwort.
setup-list-print = Liste drucken
setup-list-finish = Ich habe die Liste sicher abgelegt

## Mein Zugang
account-prove-again = Wir müssen wissen: Das sind wirklich Sie. Bitte melden Sie sich noch einmal an.

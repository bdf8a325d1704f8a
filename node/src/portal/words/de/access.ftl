# Was die Seiten sagen: Deutsch. Diese Sprache hat alle Meldungen. Hier: Rahmen, Anmelden, Zugänge.

## Auf jeder Seite
skip-to-content = Zum Inhalt springen
language = Sprache
language-change = Sprache wechseln
sign-out = Abmelden
imprint = Impressum
privacy = Datenschutz
accessibility = Barrierefreiheit
site-patient = Patientenportal
site-staff = Für Mitarbeitende
help-phone = Sie brauchen Hilfe? Rufen Sie uns an: { $phone }
help-hours = Erreichbar: { $hours }
not-for-emergencies = Im Notfall rufen Sie bitte 112 an. Diese Seite wird nicht ständig gelesen.
live-news = Es gibt etwas Neues. Diese Seite neu laden
live-offline = Dieses Haus ist gerade nicht erreichbar. Was Sie eingegeben haben, ist noch da. Bitte versuchen Sie es gleich noch einmal.
live-changed = Diese Seite wurde gerade auf den neuen Stand gebracht.
print-as-of = Ausdruck, Stand { $day }
typed-again = Was Sie eingegeben haben, steht wieder hier. Es ist noch nicht gesendet. Bitte sehen Sie es durch und senden Sie es noch einmal.
back = Zurück
next = Weiter
cancel = Abbrechen
now-to-do = Was ist jetzt zu tun?
field-error = Bitte prüfen Sie diese Angabe.
errors-title = Das hat noch nicht geklappt

## Fehlerseiten
error-not-found-title = Diese Seite gibt es nicht
error-not-found = Vielleicht ist die Adresse unvollständig, oder die Seite gehört zu etwas, das Sie nicht sehen dürfen.
error-forbidden-title = Dafür fehlt Ihnen die Berechtigung
error-forbidden = Ihr Konto hat die nötige Rolle nicht. Ihre IT kann sie vergeben.
error-form-title = Das Formular ist nicht mehr gültig
error-form = Die Seite war zu lange offen, oder sie kam nicht von hier. Es wurde nichts geändert. Bitte öffnen Sie die Seite neu.
error-unavailable-title = Das geht im Augenblick nicht
error-unavailable = Es ist nichts verloren. Bitte versuchen Sie es in ein paar Minuten noch einmal.
error-large-title = Das war zu viel auf einmal
error-large = Bitte schicken Sie weniger Text oder eine kleinere Datei.
error-to-start = Zur Startseite

## Anmelden
sign-in-title = Anmelden
sign-in-passkey = Mit Passkey anmelden
sign-in-passkey-what = Ein Passkey ist Ihr Fingerabdruck, Ihr Gesicht oder die PIN Ihres Geräts. Sie müssen nichts eintippen.
sign-in-passkey-failed = Das Anmelden mit Passkey hat nicht geklappt. Versuchen Sie es noch einmal, oder nehmen Sie Benutzername und Passwort.
sign-in-or = oder
sign-in-login = Benutzername
sign-in-password = Passwort
sign-in-button = Anmelden
sign-in-wrong = Benutzername oder Passwort stimmt nicht. Bitte prüfen Sie beides, auch Groß- und Kleinschreibung.
sign-in-wait = Es gab zu viele Versuche. Bitte warten Sie { $seconds } Sekunden und versuchen Sie es dann noch einmal.
sign-in-first-time = Sie haben einen Brief mit einem Code bekommen?
sign-in-first-time-link = Mit dem Code aus dem Brief beginnen
sign-in-staff-first-time = Sie haben einen Einrichtungs-Code bekommen?
sign-in-lost = Sie können sich nicht mehr anmelden? Mit Ihrem Ausweis bekommen Sie bei uns einen neuen Brief.
sign-in-staff-lost = Sie können sich nicht mehr anmelden? Ihre IT gibt Ihnen einen neuen Einrichtungs-Code.
sign-in-timed-out = Sie waren eine Weile nicht aktiv und wurden abgemeldet. Nach dem Anmelden geht es auf derselben Seite weiter.
sign-in-signed-out = Sie sind abgemeldet.
sign-in-once-more = Für diesen Schritt weisen Sie sich bitte noch einmal aus. Was Sie eingegeben haben, ist noch da.

## Zweiter Schritt
second-title = Zweiter Schritt
second-what = Geben Sie den Code aus Ihrer Authenticator-App ein, oder einen unbenutzten Code von Ihrer gedruckten Liste.
second-code = Code
second-button = Weiter
second-wrong = Dieser Code stimmt nicht oder wurde schon benutzt. Nehmen Sie den nächsten.
second-wait = Es gab zu viele Versuche. Bitte warten Sie { $seconds } Sekunden.

## Einladung
invitation-title = Mit dem Code aus dem Brief beginnen
invitation-staff-title = Konto einrichten
invitation-code = Code
invitation-code-hint = 12 Zeichen, zum Beispiel ABCD-EFGH-JKMN. Groß oder klein ist gleich.
invitation-birth = Geburtsdatum der Patientin oder des Patienten
invitation-birth-hint = Zum Beispiel 3.4.1951
invitation-login = Ihr Benutzername
invitation-button = Weiter
invitation-code-length = Der Code hat 12 Zeichen. Bitte prüfen Sie, ob eines fehlt oder zu viel ist.
invitation-code-character = Im Code kommen nur die Ziffern 2 bis 9 und Buchstaben außer I, L und O vor.
invitation-code-check = Ein Zeichen im Code ist falsch. Bitte vergleichen Sie ihn noch einmal mit dem Brief.
invitation-birth-wrong = Bitte geben Sie das Geburtsdatum mit Tag, Monat und Jahr ein, zum Beispiel 3.4.1951.
invitation-wrong = Code und Geburtsdatum passen nicht zusammen, oder der Code ist abgelaufen oder schon benutzt. Nach fünf falschen Versuchen brauchen Sie einen neuen Brief.
invitation-staff-wrong = Code und Benutzername passen nicht zusammen, oder der Code ist abgelaufen oder schon benutzt.

## Einrichten
setup-title = Wie möchten Sie sich künftig anmelden?
setup-hello = Guten Tag, { $name }
setup-what = Wählen Sie einen Weg. Sie können später weitere hinzufügen.
setup-passkey-title = Mit Passkey (empfohlen)
setup-passkey-what = Sie melden sich mit Fingerabdruck, Gesicht oder der PIN dieses Geräts an. Sie müssen sich nichts merken.
setup-passkey-button = Passkey auf diesem Gerät einrichten
setup-passkey-failed = Der Passkey wurde nicht eingerichtet. Versuchen Sie es noch einmal, oder wählen Sie Passwort und Code.
setup-passkey-no-script = Dafür muss JavaScript eingeschaltet sein. Der zweite Weg geht ohne.
setup-password-title = Mit Passwort und einem zweiten Code
setup-password-what = Sie denken sich ein Passwort aus. Dazu kommt bei jeder Anmeldung ein Code: aus einer App oder von einer gedruckten Liste.
setup-password-button = Passwort festlegen
setup-login = Benutzername
setup-login-hint = Mindestens 3 Zeichen. Sie können auch Ihre E-Mail-Adresse nehmen.
setup-login-wrong = Der Benutzername braucht 3 bis 64 Buchstaben, Ziffern oder die Zeichen . - _ @ +
setup-login-taken = Diesen Benutzernamen hat schon jemand. Bitte nehmen Sie einen anderen.
setup-login-wait = Es gab zu viele Versuche mit Namen, die schon vergeben sind. Bitte warten Sie { $seconds } Sekunden.
setup-password = Passwort
setup-password-hint = Mindestens 10 Zeichen. Mehrere Wörter hintereinander sind gut zu merken. Einfügen ist erlaubt.
setup-password-short = Das Passwort braucht mindestens 10 Zeichen.
setup-password-long = Das Passwort darf höchstens 200 Zeichen haben.
setup-password-common = Dieses Passwort wird zu leicht erraten. Nehmen Sie zum Beispiel drei Wörter, die nicht zusammengehören.
setup-second-title = Der zweite Code
setup-second-what = Wählen Sie, woher der zweite Code kommen soll.
setup-app-title = Aus einer App auf dem Handy
setup-app-what = Sie brauchen eine Authenticator-App. Sie zeigt alle 30 Sekunden einen neuen Code.
setup-app-button = App einrichten
setup-app-scan = Lesen Sie dieses Bild mit der App ein:
setup-app-type = Oder tippen Sie diesen Schlüssel in die App:
setup-app-code = Code, den die App jetzt zeigt
setup-app-wrong = Dieser Code stimmt nicht. Warten Sie auf den nächsten, und prüfen Sie, ob die Uhr Ihres Handys richtig geht.
setup-app-finish = Fertig
setup-list-title = Von einer gedruckten Liste
setup-list-what = Sie bekommen zwölf Codes zum Ausdrucken oder Abschreiben. Jeder gilt einmal.
setup-list-button = Liste erstellen
setup-list-yours = Ihre Liste mit Codes
setup-list-keep = Drucken Sie die Liste aus oder schreiben Sie die Codes ab. Sie wird nur jetzt gezeigt. Streichen Sie jeden benutzten Code durch, und bewahren Sie die Liste nicht beim Passwort auf.
setup-list-print = Liste drucken
setup-list-finish = Ich habe die Liste aufbewahrt

## Startseite der Patientin
home-title = Willkommen, { $name }
home-nothing = Im Augenblick müssen Sie nichts tun. Wenn wir etwas von Ihnen brauchen, steht es hier.
home-account = Mein Zugang
home-proxy = Sie sind hier für { $patient }.

## Mein Zugang
account-title = Mein Zugang
account-ways = So melden Sie sich an
account-login = Benutzername: { $login }
account-passkey = Passkey „{ $label }“, eingerichtet am { $day }
account-passkey-remove = Diesen Passkey entfernen
account-last-way = Das ist Ihr letzter Weg, sich anzumelden. Richten Sie zuerst einen anderen ein.
account-app = Passwort mit Authenticator-App
account-list = Passwort mit gedruckter Liste: noch { $left ->
    [one] ein Code
   *[other] { $left } Codes
  } übrig
account-add = Weiteren Weg einrichten
account-sessions = Hier sind Sie angemeldet
account-session = { $device }, zuletzt aktiv: { $when }
account-session-this = dieses Gerät
account-device-unknown = unbekanntes Gerät
account-session-end-others = Alle anderen Geräte abmelden
account-sessions-ended = Alle anderen Geräte sind abgemeldet.
account-prove-again = Dafür weisen Sie sich bitte noch einmal aus. Melden Sie sich dazu neu an.

## Mitarbeitende
staff-home-title = Guten Tag, { $name }
staff-no-roles = Ihr Konto hat noch keine Rolle. Ihre IT kann sie vergeben.
staff-patients = Patientinnen und Patienten
staff-accounts = Konten
staff-areas = Bereiche
staff-messages = Nachrichten
staff-status = Zustand
staff-purposes = Angegebene Gründe
staff-blocked-title = Briefe, die nicht mehr gelten
staff-blocked-what = Bei diesen Personen wurde das Geburtsdatum fünfmal falsch eingegeben. Fragen Sie nach, und drucken Sie einen neuen Brief.
staff-blocked-helper = { $name }: Der Code der Einladung gilt nicht mehr. Wer eingeladen hat, beendet den Zugang und lädt noch einmal ein.
staff-lock = Platz sperren
patients-title = Patientinnen und Patienten
patients-search = Suchen
patients-name = Name oder Anfang davon
patients-birth = Geburtsdatum
patients-case = Fallnummer
patients-none = Niemand gefunden. Versuchen Sie weniger Buchstaben, oder nehmen Sie die Person neu auf.
patients-found = { $count ->
    [one] Eine Person gefunden
   *[other] { $count } Personen gefunden
  }
patients-new = Neu aufnehmen
patients-born = geboren am { $day }
patients-born-in = Jahrgang { $year }
patients-former = nicht mehr in Behandlung; beim Öffnen geben Sie an, wofür
patient-new-title = Person neu aufnehmen
patient-save = Speichern
patient-access-title = Zugang zum Patientenportal
patient-access-none = Noch nicht eingeladen.
patient-access-invited = Eingeladen. Der Code gilt bis { $day }. Noch nicht benutzt.
patient-access-expired = Der Code ist am { $day } abgelaufen. Erstellen Sie einen neuen Brief.
patient-access-blocked = Der Code wurde nach fünf falschen Geburtsdaten gesperrt. Erstellen Sie einen neuen Brief.
patient-access-open = Der Zugang ist eingerichtet.
patient-access-no-site = Diese Klinik hat noch kein Patientenportal. Ihre IT richtet es ein.
patient-invite = Einladen
patient-invite-again = Neuen Brief erstellen
patient-lost = Alles verloren?
patient-lost-what = Nur nach Prüfung eines Ausweises: Alle Anmeldewege werden gelöscht, alle Geräte abgemeldet, und es gibt einen neuen Brief.
patient-lost-card = Ich habe den Ausweis gesehen.
patient-lost-card-missing = Bitte bestätigen Sie, dass Sie den Ausweis gesehen haben.
patient-lost-button = Neu beginnen
invited-title = Einladung für { $name }
invited-what = Der Code wird nur jetzt gezeigt. Drucken Sie den Brief, oder lassen Sie den Code gleich hier einlesen.
invited-letter = Brief als PDF
invited-code = Code: { $code }
invited-until = Gültig bis { $day }
invited-qr = QR-Code mit der Adresse des Portals und dem Code
invited-done = Fertig

## Konten der Mitarbeitenden
accounts-title = Konten der Mitarbeitenden
accounts-all = { $count ->
    [one] Ein Konto
   *[other] { $count } Konten
  }
accounts-new = Neues Konto
accounts-name = Name
accounts-login = Benutzername
accounts-roles = Rollen
accounts-add = Konto anlegen
accounts-save = Speichern
accounts-lock = Sperren
accounts-unlock = Entsperren
accounts-start-over = Neuer Einrichtungs-Code
accounts-code-title = Einrichtungs-Code für { $name }
accounts-code-what = Der Code wird nur jetzt gezeigt. Geben Sie ihn persönlich weiter, nicht per E-Mail.
accounts-state-invited = eingeladen
accounts-state-open = in Benutzung
accounts-state-locked = gesperrt
accounts-state-blocked = Code nach fünf falschen Versuchen gesperrt
accounts-name-wrong = Der Name braucht 1 bis 120 Zeichen, ohne Leerzeichen am Anfang oder Ende.
accounts-name-taken = So heißt im Haus schon jemand. Bitte ergänzen Sie, was die beiden unterscheidet, zum Beispiel die Station.
role-ward = Station
role-physician = Ärztlicher Dienst
role-social-service = Sozialdienst
role-admissions = Aufnahme
role-capacity = Bettenmeldung
role-it = IT
role-privacy-officer = Datenschutz

## Der Brief
letter-subject = Ihr Zugang zu unserem Patientenportal
letter-greeting = Guten Tag { $name },
letter-what = mit diesem Brief können Sie unser Patientenportal benutzen: auf dem Handy, am Computer oder mit Hilfe Ihrer Familie.
letter-step-scan = Lesen Sie das Bild mit der Kamera Ihres Handys ein,
letter-step-open = oder öffnen Sie diese Adresse: { $address }
letter-step-code = Geben Sie diesen Code ein:
letter-step-birth = Geben Sie Ihr Geburtsdatum ein. Danach wählen Sie, wie Sie sich künftig anmelden.
letter-ends = Der Code gilt einmal und bis zum { $day }.
letter-keep = Bewahren Sie den Brief auf wie eine Bankkarte. Haben Sie ihn verloren, rufen Sie uns an.
letter-phone = Telefon: { $phone }

## Rechtliche Seiten
about-missing = Diese Angaben fehlen noch. Die IT der Klinik hinterlegt sie in der Konfiguration.

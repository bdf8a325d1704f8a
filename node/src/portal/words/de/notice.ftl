# Nachrichten per E-Mail, Codes per E-Mail und die Liste "Bitte anrufen".

## Zweiter Schritt
second-mail-hint = Geben Sie den Code aus der E-Mail ein. Ein Code aus Ihrer Authenticator-App oder von Ihrer gedruckten Liste geht auch.
second-mail-button = Code per E-Mail schicken
second-mail-what = Sie können sich auch einen Code per E-Mail schicken lassen.
second-mail-sent = Wir haben einen Code an { $address } geschickt. Er gilt 10 Minuten. Sehen Sie auch im Ordner für Werbung nach.
second-mail-wait = Ein Code ist schon unterwegs. In { $seconds } Sekunden können Sie einen neuen bekommen.
second-mail-too-many = Es wurden zu viele Codes verschickt. Bitte versuchen Sie es in einer Stunde wieder.

## Einrichten
setup-mail-title = Per E-Mail
setup-mail-what = Bei jeder Anmeldung schicken wir Ihnen einen Code an Ihre E-Mail-Adresse.
setup-mail-button = E-Mail-Adresse angeben
account-mail = Passwort mit Code per E-Mail an { $address }

## Die eigene Adresse
mail-title = Nachrichten per E-Mail
mail-what = Wir schreiben Ihnen eine E-Mail, wenn es hier etwas Neues für Sie gibt. Darin steht nur, dass eine Nachricht da ist: kein Name, keine Abteilung, kein Anlass.
mail-not-here = Diese Klinik verschickt keine E-Mails. Wenn es etwas Neues gibt, ruft Ihr Team Sie an.
mail-setup-title = Code per E-Mail
mail-setup-what = Bei jeder Anmeldung schicken wir Ihnen einen Code. Außerdem schreiben wir Ihnen, wenn es etwas Neues gibt: nur, dass eine Nachricht da ist.
mail-enter = Ihre E-Mail-Adresse
mail-other = Eine andere Adresse angeben
mail-address = E-Mail-Adresse
mail-address-hint = Wir schicken einen Code dorthin. So wissen wir, dass es Ihre ist.
mail-address-wrong = Das ist keine E-Mail-Adresse. Bitte prüfen Sie sie, zum Beispiel erna@beispiel.de.
mail-send = Code schicken
mail-send-again = Code noch einmal schicken
mail-no-mail = Keine E-Mail bekommen?
mail-code-sent = Der Code ist unterwegs. Er gilt 10 Minuten. Sehen Sie auch im Ordner für Werbung nach.
mail-prove-title = Adresse bestätigen
mail-wanted = Geben Sie den Code ein, den wir an { $address } geschickt haben.
mail-by-staff = Ihr Team hat die Adresse { $address } eingetragen. Lassen Sie sich einen Code schicken, und geben Sie ihn hier ein. Erst dann schreiben wir dorthin.
mail-code = Code aus der E-Mail
mail-code-hint = Sechs Ziffern
mail-code-wrong = Dieser Code stimmt nicht oder gilt nicht mehr. Nach fünf falschen Versuchen brauchen Sie einen neuen.
mail-prove = Adresse bestätigen
mail-now = Ihre E-Mail-Adresse
mail-failed = An diese Adresse kommt keine E-Mail an. Bitte geben Sie eine andere an.
mail-kinds = Wann sollen wir Ihnen schreiben?
mail-kind-message = Jemand aus der Klinik hat Ihnen geschrieben
mail-kind-offer = Eine Reha-Klinik hat geantwortet
mail-kind-place = Bei Ihrem Reha-Platz ändert sich etwas
mail-kind-document = Es gibt ein neues Dokument
mail-kinds-none = Wenn Sie alles abwählen, rufen wir Sie an.
mail-kinds-save = Speichern
mail-kinds-saved = Gespeichert.
mail-second-title = Code per E-Mail beim Anmelden
mail-second-on = Wenn Sie sich mit Passwort anmelden, können Sie sich den zweiten Code an diese Adresse schicken lassen.
mail-second-off = Sie können sich den zweiten Code beim Anmelden an diese Adresse schicken lassen.
mail-second-needs-password = Codes per E-Mail gehören zu einem Passwort. Sie melden sich ohne Passwort an und brauchen keinen Code.
mail-second-begin = Codes per E-Mail einschalten
mail-second-end = Codes per E-Mail ausschalten
mail-last-way = Ohne Codes per E-Mail könnten Sie sich nicht mehr anmelden. Richten Sie zuerst einen anderen Weg ein.
mail-remove = E-Mail-Adresse löschen
mail-prove-again = Um die Adresse zu ändern, weisen Sie sich bitte noch einmal aus.

## Was Mitarbeitende sehen
patient-mail-title = Nachrichten per E-Mail
patient-mail-none = Keine Adresse. Wenn es etwas Neues gibt, steht die Person auf der Liste „Bitte anrufen“.
patient-mail-proved = { $address }, von der Person bestätigt.
patient-mail-failed = An { $address } kommt nichts an ({ $status }). Fragen Sie nach einer anderen Adresse.
patient-mail-wanted = { $address }, noch nicht bestätigt. Die Person bestätigt sie nach dem Anmelden unter „Nachrichten per E-Mail“.
patient-mail-no-access = Dafür braucht die Person zuerst einen Zugang.
patient-mail-address = Adresse, die die Person nennt
patient-mail-save = Adresse eintragen
calls-title = Bitte anrufen
calls-door = { $count ->
    [0] Bitte anrufen
    [one] Bitte anrufen: eine Person
   *[other] Bitte anrufen: { $count } Personen
  }
calls-what = Für diese Personen gibt es etwas Neues, und keine E-Mail erreicht sie, oder ihre eigene E-Mail-Adresse geht nicht mehr. Sagen Sie am Telefon nur der Person selbst, worum es geht.
calls-nobody = Im Augenblick muss niemand angerufen werden.
calls-since = Neues seit { $when }
calls-refused = Die E-Mail-Adresse nimmt nichts an.
calls-address = Die eigene E-Mail-Adresse geht seit { $when } nicht mehr. Fragen Sie nach einer anderen.
calls-address-others = Wer für die Person handelt, wird per E-Mail erreicht.
calls-no-phone = Keine Telefonnummer eingetragen
calls-phone = Telefon { $phone }
calls-done = Angerufen
calls-done-who = Angerufen: { $name }
calls-made = Angerufen und seitdem nicht angemeldet
calls-made-by = { $name }: { $when }, { $who }

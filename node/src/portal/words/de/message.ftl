# Was die Seiten sagen: Deutsch. Hier: Nachrichten zwischen Patientinnen, Patienten und den Teams der Klinik.

## Für Patientinnen und Patienten
message-title = Nachrichten
message-door-new = { $count ->
    [one] Nachrichten: eine neue Antwort
   *[other] Nachrichten: { $count } neue Antworten
}
message-intro = Hier schreiben Sie an Ihre Klinik und lesen die Antworten.
message-emergency = Nicht für Notfälle. Im Notfall rufen Sie bitte 112 an. Im Krankenhaus drücken Sie den Rufknopf. Nachrichten werden nicht ständig gelesen.
message-none = Sie haben noch keine Nachricht geschrieben.
message-list = Ihre Nachrichten
message-new = Neue Nachricht schreiben
message-to = An wen?
message-to-due = { $team } – Antwort bis { $due }
message-text = Ihre Nachricht
message-text-hint = Höchstens 2000 Zeichen.
message-send = Nachricht senden
message-write-on = Weiter schreiben
message-nobody = Zurzeit liest hier niemand Nachrichten. Bitte rufen Sie uns an: { $phone }
message-look-only = Sie dürfen hier lesen, aber nicht schreiben.
message-empty = Bitte schreiben Sie etwas.
message-long = Das ist zu lang. Höchstens 2000 Zeichen, jetzt sind es { $count }.
message-too-many = Heute haben Sie schon sehr viele Nachrichten geschrieben. Bitte rufen Sie uns an.
message-drafted = Was Sie eingegeben haben, ist noch da. Es ist noch nicht gesendet. Bitte sehen Sie es durch und senden Sie es noch einmal.
message-promise = Sie bekommen die Antwort bis { $due }.
message-promise-next = Wenn Sie jetzt schreiben, bekommen Sie die Antwort bis { $due }.
message-late = Die Antwort sollte bis { $due } da sein und fehlt noch. Wir haben weitere Personen im Team darauf hingewiesen. Sie können auch anrufen: { $phone }
message-answered = Beantwortet
message-unseen = Neue Antwort
message-waiting = Wartet auf Antwort
message-with = Nachrichten mit: { $team }
message-you = Sie
message-said = { $who }, { $at }
message-taken = { $who } kümmert sich darum.
message-handed-team = Weitergegeben an: { $team }
message-handed-person = { $who } kümmert sich jetzt darum.
message-closed = Ohne schriftliche Antwort abgeschlossen. Grund:
message-all = Alle Nachrichten

## Für Mitarbeitende: der Eingang
message-inbox = Nachrichten von Patientinnen und Patienten
message-inbox-door = { $mine ->
    [0] Nachrichten
    [one] Nachrichten: eine wartet auf Sie
   *[other] Nachrichten: { $mine } warten auf Sie
}
message-inbox-late = davon { $late } über der Zeit
message-inbox-notice = Nicht für Notfälle. Die Patientinnen und Patienten lesen hier: Im Notfall 112 anrufen. Sie lesen auch, bis wann die Antwort versprochen ist.
message-inbox-mine = Sie sind dran
message-inbox-mine-none = Nichts wartet auf Sie.
message-inbox-others = Andere im Team sind dran
message-inbox-settled = Zuletzt erledigt
message-inbox-belongs-not = Sie gehören zu keinem Team, dem Patientinnen und Patienten schreiben. Ihre IT kann Sie eintragen.
message-inbox-due = Antwort bis { $due }
message-inbox-due-late = überfällig seit { $due }
message-inbox-since = geschrieben { $since }
message-inbox-changed = zuletzt { $at }
message-inbox-taken = übernommen von { $who }
message-inbox-turn = dran: { $who }
message-inbox-everybody = dran: alle im Team
message-absence = Abwesenheit
message-absence-what = Solange Sie abwesend sind, bekommt Ihre Vertretung, was auf Sie wartet.
message-absence-until = Abwesend bis einschließlich
message-absence-save = Abwesenheit eintragen
message-absence-now = Sie sind als abwesend eingetragen bis { $day }.
message-absence-back = Ich bin wieder da
message-absence-wrong = Bitte geben Sie einen Tag ein, der noch kommt und höchstens ein Jahr entfernt ist, zum Beispiel 1.12.2026.

## Für Mitarbeitende: ein Gespräch
message-thread = Nachrichten
message-patient-page = Zur Seite von { $name }
message-answer = Ihre Antwort
message-answer-hint = Höchstens 2000 Zeichen. Die Patientin oder der Patient liest Ihren Namen dazu.
message-answer-send = Antwort senden
message-take = Ich übernehme das
message-mine = Sie haben das übernommen.
message-hand = Weitergeben an
message-hand-button = Weitergeben
message-hand-choose = Bitte wählen
message-hand-missing = Bitte wählen Sie, an wen Sie weitergeben.
message-hand-person = { $who }
message-hand-away = { $who } (abwesend bis { $day })
message-hand-team = Team { $team }
message-close = Ohne Antwort abschließen
message-close-what = Zum Beispiel, weil Sie angerufen haben. Den Grund liest auch die Patientin oder der Patient.
message-close-reason = Grund
message-close-button = Abschließen
message-close-long = Das ist zu lang. Höchstens 300 Zeichen, jetzt sind es { $count }.
message-changed = Inzwischen ist etwas dazugekommen. Bitte lesen Sie es, bevor Sie senden. Ihr Text ist noch da.
message-patient = { $name } (Patientin oder Patient)
message-begin = Nachricht schreiben
message-begin-team = Im Namen von
message-begin-no-account = Es gibt noch keinen Zugang zum Patientenportal. Bitte laden Sie erst ein, oder rufen Sie an.

## Für die IT: Teams
team-title = Teams
team-what = An diese Teams schreiben Patientinnen und Patienten. Hier steht nichts über sie.
team-new = Neues Team
team-german = Name auf Deutsch
team-english = Name auf Englisch
team-role = Alle mit dieser Rolle gehören dazu
team-role-none = Niemand von selbst
team-named = Außerdem gehören dazu
team-owner = Zuständig
team-owner-none = Alle im Team
team-substitute = Vertretung
team-substitute-none = Niemand
team-hours = Antwort innerhalb von (Stunden)
team-hours-hint = So lange haben Sie Zeit. Danach sieht es auch die Vertretung, nach noch einmal so langer Zeit das ganze Team.
team-weekends = Auch Stunden an Samstagen, Sonntagen und Feiertagen zählen
team-first = Patientinnen und Patienten schreiben an dieses Team, wenn sie kein anderes wählen
team-save = Speichern
team-save-what = Ändern
team-add = Team anlegen
team-end = Team beenden
team-ended = beendet
team-count = { $count ->
    [0] niemand, der sich anmelden kann
    [one] eine Person
   *[other] { $count } Personen
}
team-first-mark = erstes Team
team-fault-name = Bitte geben Sie beide Namen ein, höchstens 60 Zeichen.
team-fault-hours = Bitte geben Sie eine Zahl von 1 bis 240 ein.
team-fault-substitute = Die Vertretung braucht eine zuständige Person, und zwar eine andere.
team-fault-belongs = Zuständige Person und Vertretung müssen zum Team gehören.
team-fault-first = An dieses Team schreiben alle, die kein anderes wählen. Machen Sie erst ein anderes dazu.
team-fault-many = Es gibt schon 40 Teams. Ändern Sie eines davon.

## Für die IT: Zustand
status-messages = Nachrichten von Patientinnen und Patienten
status-messages-late = { $count ->
    [0] keine über der versprochenen Zeit
    [one] eine ist über der versprochenen Zeit nicht beantwortet
   *[other] { $count } sind über der versprochenen Zeit nicht beantwortet
}
status-messages-late-remedy = Sagen Sie den Leitungen der Teams Bescheid. Wer zuständig ist, steht unter „Teams“.
status-messages-nobody = Es gibt kein Team, das Nachrichten lesen kann
status-messages-nobody-remedy = Tragen Sie unter „Teams“ Personen ein, oder geben Sie jemandem die Rolle Sozialdienst.

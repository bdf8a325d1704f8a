# Was die Seiten sagen: Deutsch. Hier: der Sozialdienst und seine Fälle.

## Fälle
case-list = Meine Fälle
case-list-all = Alle offenen Fälle
case-list-mine = Nur meine Fälle
case-list-none = Hier ist kein offener Fall. Suchen Sie eine Patientin oder einen Patienten, und beginnen Sie dort die Anschlussversorgung.
case-title = Anschlussversorgung
case-born = geboren { $date }
case-next = Nächster Schritt
case-due = bis { $when }
case-overdue = überfällig seit { $when }
case-owner = Zuständig: { $name }
case-open-rehab = Anschlussrehabilitation (AHB) planen
case-open-transfer = Verlegung in ein anderes Krankenhaus planen
case-open-what = Für die Zeit nach dem Krankenhaus
case-running = Laufender Fall
case-discharge = Entlassung: { $date }
case-discharge-open = Entlassung: noch offen
case-begin-by = Die Reha muss spätestens am { $date } beginnen (14 Tage nach der Entlassung).
case-begin-late = Frist vorbei: Die Reha hätte spätestens am { $date } beginnen müssen. Tragen Sie im Plan den Grund ein.
case-closed = Dieser Fall ist abgeschlossen.

## Was als Nächstes zu tun ist
case-next-call = Bitte anrufen: Eine Nachricht an { $clinic } kam nicht an, oder etwas anderes braucht einen Menschen.
case-next-call-short = Klinik anrufen
case-next-consent = Einwilligung in das Entlassmanagement einholen
case-next-refused = Keine Einwilligung: Es darf niemand gefragt werden
case-next-plan = Plan ausfüllen
case-next-ask = Platz suchen und Kliniken anfragen
case-next-answer = Rückfrage beantworten
case-next-choose = { $count ->
    [one] Ein Angebot liegt vor: mit der Patientin oder dem Patienten wählen
   *[other] { $count } Angebote liegen vor: mit der Patientin oder dem Patienten wählen
}
case-next-wait = { $count ->
    [one] Eine Klinik ist angefragt; die Antwort steht aus
   *[other] { $count } Kliniken sind angefragt; die Antworten stehen aus
}
case-next-unconfirmed = Gewählt, noch nicht bestätigt
case-next-refer = Platz ist bestätigt: Überweisung senden
case-next-unaccepted = Überweisung ist gesendet; die Klinik prüft sie
case-next-travel = Aufnahme vorbereiten
case-next-report = In der Reha; der Bericht steht aus
case-next-done = Nichts mehr zu tun

## Einwilligung
case-consent = Einwilligung in das Entlassmanagement
case-consent-open = Noch nicht gefragt. Die Patientin oder der Patient kann auch selbst im Patientenportal zustimmen.
case-consent-given = Gegeben am { $when }.
case-consent-refused = Abgelehnt am { $when }. Es darf niemand gefragt werden, auch nicht ohne Namen.
case-consent-revoked = Zurückgenommen am { $when }. Es darf niemand mehr gefragt werden.
case-consent-paper = Unterschriebenes Papier eintragen
case-consent-form = Formular und Fassung
case-consent-kept = Wo das Papier liegt
case-consent-kept-default = Patientenakte
case-consent-who = Wer hat entschieden?
case-consent-patient = Die Patientin oder der Patient selbst
case-consent-representative = Eine gesetzliche Vertretung
case-consent-name = Name der Vertretung
case-consent-proof = Gesehener Nachweis
case-consent-proof-hint = Zum Beispiel Betreuerausweis oder Vorsorgevollmacht
case-consent-given-button = Einwilligung eintragen
case-consent-refused-button = Ablehnung eintragen
case-consent-missing-form = Bitte geben Sie an, welches Formular unterschrieben wurde und wo es liegt.
case-consent-missing-name = Bitte geben Sie Name und Nachweis der Vertretung an.

## Der Fall
case-plan = Plan
case-plan-open = Noch nicht ausgefüllt.
case-plan-by = Stand { $when }, { $name }
case-plan-edit = Plan bearbeiten
case-wishes = Wünsche der Patientin oder des Patienten (§ 8 SGB IX)
case-wishes-stated = Selbst angegeben am { $when }
case-asked = Angefragte Kliniken
case-asked-none = Noch keine.
case-search = Platz suchen
case-notes = Notizen und Anrufe
case-note-text = Text
case-note-kind = Art
case-note-note = Notiz
case-note-call = Anruf
case-note-add = Eintragen
case-note-wrong = Eine Notiz hat 1 bis { $most } Zeichen.
case-give = Fall übergeben
case-give-to = An
case-give-button = Übergeben
case-take = Fall übernehmen
case-history = Bisher zuständig
case-history-line = { $name } seit { $when }
case-end = Ohne Platz beenden
case-end-what = Wenn kein Platz gefunden wurde oder keiner mehr gebraucht wird. Alle Anfragen bleiben als Nachweis erhalten.
case-end-why = Grund, und wer sich jetzt kümmert
case-end-button = Fall beenden
case-end-open-inquiries = Es sind noch Kliniken angefragt. Ziehen Sie diese Anfragen zuerst zurück.

## Plan
plan-title = Entlassplan
plan-what = Was hier steht, brauchen Sie später nicht noch einmal einzugeben. Andere Kliniken lesen nur die Angaben, die vor dem Senden gezeigt werden, und zunächst ohne Namen.
plan-discharge = Tag der Entlassung
plan-exception = Grund, falls die Reha später als nach 14 Tagen beginnt
plan-earliest = Frühester Tag der Aufnahme
plan-flexible = So viele Tage später ginge es auch
plan-day-wrong = Bitte geben Sie einen Tag ein, zum Beispiel 1.12.2026.
plan-number-wrong = Bitte geben Sie eine Zahl von 0 bis 60 ein.
plan-needed = Ohne diese Angabe kann niemand angefragt werden.
plan-indication = Indikationsgruppe
plan-icd = Diagnose (ICD, drei Stellen)
plan-icd-hint = Zum Beispiel M16
plan-icd-wrong = Drei Zeichen, zum Beispiel M16.
plan-surgery = Operation
plan-side = Seite
plan-operated = Tag der Operation
plan-operated-hint = Andere erfahren nur die Woche.
plan-singer = SINGER-Profil
plan-barthel = Barthel-Index
plan-mobility = Gehfähigkeit
plan-weight-bearing = Belastbarkeit
plan-travel = Reisefähigkeit
plan-setting = Form
plan-transport = Transport
plan-diet = Kost
plan-language = Sprache, falls nicht Deutsch
plan-payer = Kostenträger
plan-approval = Bewilligung
plan-constraints = Was die Klinik können muss
plan-wishes = Wünsche
plan-single-room = Einzelzimmer gewünscht
plan-companion = Begleitperson kommt mit
plan-tell-sex = Geschlecht mitteilen (nur wenn die Zimmerplanung es braucht)
plan-none = keine Angabe
plan-save = Plan speichern
plan-closed = Der Fall ist abgeschlossen; der Plan kann nicht mehr geändert werden.

## Suche
find-title = Platz suchen
find-none = Im Augenblick meldet keine Klinik einen passenden freien Platz. Lockern Sie eine Angabe im Plan, oder versuchen Sie es später noch einmal.
find-matching = { $count ->
    [one] Eine Abteilung passt.
   *[other] { $count } Abteilungen passen.
}
find-departments = Gesucht unter { $count } Abteilungen.
find-from = ab { $date }
find-free = { $free } frei von { $beds }
find-km = { $km } km Luftlinie
find-age-now = Stand: weniger als eine Stunde alt
find-age = Stand vor { $hours } Stunden
find-stale = Stand vor { $hours } Stunden: bitte nachfragen
find-contradicted = Diese Klinik hat widersprüchliche Angaben gemacht.
find-asked = ist schon angefragt
find-favourite = Bevorzugt
find-favourite-add = Als bevorzugt merken
find-favourite-remove = Nicht mehr bevorzugen
find-why = Warum an dieser Stelle
find-why-wait = { $days } Tage Wartezeit
find-why-distance = { $km } km entfernt
find-why-stale = Angaben { $hours } Stunden alt
find-why-named = Wunsch der Patientin oder des Patienten
find-why-near = Wunsch: { $km } km vom Wunschort
find-select = { $clinic } auswählen
find-next = Auswahl prüfen
find-pick = Bitte wählen Sie mindestens eine und höchstens acht Kliniken.
find-excluded = Nicht gezeigt
find-excluded-own = das eigene Haus
find-excluded-not-serving = derzeit nicht im Verbund aktiv
find-excluded-expired = Angaben veraltet
find-excluded-indication = behandelt andere Krankheiten
find-excluded-department = andere Fachabteilung
find-excluded-full = im Zeitraum nichts frei
find-excluded-far = zu weit
find-excluded-line = { $count } × { $why }
find-confirm = Bei den besten jetzt nachfragen
find-confirmed-free = Auf Nachfrage bestätigt: frei
find-confirmed-later = Auf Nachfrage: erst später frei
find-confirmed-gone = Auf Nachfrage: nichts mehr frei
find-confirmed-no-answer = Keine Antwort auf die Nachfrage; gezeigt wird der letzte Stand

## Vor dem Senden
ask-title = Das lesen die angefragten Kliniken
ask-what = Ohne Namen, Geburtsdatum, Versichertennummer und Adresse. Erst wenn die Patientin oder der Patient eine Klinik wählt und diese den Platz bestätigt, erfährt genau diese Klinik mehr.
ask-to = Gefragt werden
ask-fields = Angaben
ask-send = { $count ->
    [one] Anfrage senden
   *[other] { $count } Anfragen senden
}
ask-rare = Diese Angaben haben nur wenige Menschen: { $fields }. Zusammen könnten sie die Person erkennbar machen. Lassen Sie etwas weg, oder bestätigen Sie mit einem Grund.
ask-rare-reason = Grund, sie trotzdem zu senden
ask-age = Alter
ask-sex = Geschlecht
ask-from = Es fragt

## Eine angefragte Klinik
asked-title = Anfrage an { $clinic }
asked-state-requested = angefragt; die Antwort steht aus
asked-state-asked = hat eine Rückfrage
asked-state-offered = hat einen Platz angeboten
asked-state-offered-until = hält einen Platz bis { $when }
asked-state-chosen = gewählt, noch nicht bestätigt
asked-state-confirmed = Platz bestätigt
asked-state-referred = Überweisung ist dort
asked-state-accepted = nimmt auf
asked-state-admitted = aufgenommen
asked-state-completed = abgeschlossen
asked-state-declined = hat abgesagt
asked-state-gone = Platz war schon vergeben
asked-state-refused = hat nach Prüfung der Überweisung abgesagt
asked-state-withdrawn = von uns zurückgezogen
asked-state-cancelled = von der Klinik abgesagt
asked-state-no-show = nicht angekommen
asked-state-handed = Unterlagen übergeben
asked-state-new = noch nichts gesagt
asked-reason = Grund: { $reason }
asked-offer = Angebot
asked-offer-date = Aufnahme am
asked-offer-room = Zimmer
asked-offer-therapies = Therapien
asked-offer-until = Platz gehalten bis
asked-offer-stay = Dauer
asked-offer-days = { $days } Tage
asked-questions = Rückfragen
asked-answer-open = noch nicht beantwortet
asked-answer-button = Antworten senden
asked-answer-missing = Bitte beantworten Sie mindestens eine Frage.
asked-choose = Die Patientin oder der Patient hat sich auf Papier entschieden
asked-choose-what = Mit der Wahl wird eine Freigabe eingetragen, die diese Klinik nennt. Name und Unterlagen erhält sie erst, wenn sie den Platz bestätigt hat; den anderen wird abgesagt.
asked-choose-button = Wahl eintragen
asked-refer = Überweisung senden
asked-refer-what = Diese Klinik erhält jetzt Name, Geburtsdatum, Adresse, Versichertennummer, die Diagnosen und die ausgewählten Unterlagen.
asked-refer-diagnosis = Diagnose (ICD-10-GM)
asked-refer-diagnosis-hint = Code, zum Beispiel M16.1
asked-refer-diagnosis-text = Diagnose in Worten
asked-refer-staff = Ansprechperson hier, mit Telefon
asked-refer-note = Was die Klinik noch wissen sollte
asked-refer-documents = Unterlagen
asked-refer-documents-none = Für diese Person sind noch keine Unterlagen da.
asked-refer-wrong = Bitte geben Sie mindestens eine Diagnose mit Code an.
asked-withdraw = Anfrage zurückziehen
asked-withdraw-reason = Grund
asked-withdraw-button = Zurückziehen
asked-payer = Entscheidung des Kostenträgers
asked-payer-on = Am
asked-payer-button = Eintragen und mitteilen
asked-date = Anderer Aufnahmetag gewünscht
asked-date-reason = Grund
asked-date-button = Wunsch senden
asked-history = Verlauf
asked-by-us = wir
asked-by-them = die Klinik
asked-delivered = zugestellt { $when }
asked-waiting = noch nicht zugestellt
asked-refused-receipt = nicht angenommen: { $code }
asked-back = Zurück zum Fall
asked-fault-too-late = Der Platz wird nicht mehr lange genug gehalten. Bitte die Klinik um ein neues Angebot.
asked-fault-chosen = In diesem Fall ist schon ein anderes Angebot gewählt. Ziehen Sie zuerst jenes zurück.
asked-fault-late = Die Reha würde später als 14 Tage nach der Entlassung beginnen. Tragen Sie im Plan den Grund ein, oder wählen Sie einen früheren Platz.
asked-fault-consent = Dafür fehlt die Einwilligung der Patientin oder des Patienten.
asked-fault-other = Das geht nicht mehr: Der Fall hat sich inzwischen geändert. Unten steht der jetzige Stand.
asked-fault-now = Das geht im Augenblick nicht. Es wurde nichts gesendet. Bitte versuchen Sie es in ein paar Minuten noch einmal.
asked-fault-many = Ein Fall fragt höchstens acht Kliniken gleichzeitig. Ziehen Sie zuerst eine Anfrage zurück.
asked-fault-rare = Einige Angaben könnten die Person erkennbar machen. Geben Sie einen Grund an, oder lassen Sie etwas weg.
asked-date-waiting = Gewünscht ist der { $day }. Die Klinik hat noch nicht geantwortet; bis dahin gilt der bisherige Tag.
asked-fault-twice = Diese Klinik ist schon angefragt.

## Was gesagt wurde
said-inquiry = Anfrage
said-question = Rückfrage
said-answer = Antwort auf die Rückfrage
said-offer = Angebot
said-offer-ended = Angebot beendet
said-decline = Absage
said-choice = Wahl
said-confirm = Platz bestätigt
said-gone = Platz schon vergeben
said-referral = Überweisung mit Namen
said-handoff = Unterlagen
said-opened = geöffnet
said-filed = in die Akte übernommen
said-accept = Aufnahme zugesagt
said-refuse = Absage nach Prüfung
said-date-change = anderer Aufnahmetag
said-payer-decision = Entscheidung des Kostenträgers
said-arrived = angekommen
said-did-not-come = nicht angekommen
said-report = Entlassbericht
said-withdraw = zurückgezogen
said-cancel = abgesagt
said-erased = gelöscht

## Kliniken ohne Anschluss
phone-title = Kliniken ohne Anschluss
phone-mark = telefonisch
phone-add = Klinik per Fax anfragen
phone-add-what = Für Kliniken, die hier nicht angeschlossen sind: Sie drucken oder faxen ein Blatt ohne Namen, die Klinik ruft zurück, und Sie tragen die Antwort ein. Was die Person erkennbar machen könnte, wird auf dem Fax weggelassen.
phone-add-button = Fax erstellen
phone-add-wrong = Bitte geben Sie Name und Faxnummer der Klinik an, je höchstens { $most } Zeichen.
phone-clinic = Name der Klinik
phone-fax-number = Faxnummer
phone-many = Es warten schon acht solche Anfragen auf Antwort. Tragen Sie zuerst Antworten ein.
phone-open = Antwort steht aus
phone-offered = Platz ab { $date }
phone-declined = Absage: { $why }
phone-told = { $answered } von { $by }; eingetragen von { $recorder }, { $recorded }
phone-fax = Anfrage
phone-fax-open = Fax öffnen (PDF)
phone-asked = Faxnummer { $number }; erstellt von { $name }, { $when }
phone-answers = Antworten
phone-answer = Antwort eintragen
phone-answer-what = Was die Klinik am Telefon gesagt hat. Eine Eintragung wird nicht geändert; Neues tragen Sie als weitere Antwort ein.
phone-person = Mit wem gesprochen?
phone-person-wrong = Bitte geben Sie an, wer in der Klinik geantwortet hat.
phone-day = Tag des Gesprächs
phone-time = Uhrzeit
phone-when-wrong = Bitte geben Sie Tag und Uhrzeit des Gesprächs ein, zum Beispiel 1.12.2026 und 14:05: nach der Anfrage ({ $asked }) und nicht in der Zukunft.
phone-said = Was sagt die Klinik?
phone-said-offered = Sie bietet einen Platz an
phone-said-declined = Sie sagt ab
phone-from = Platz ab (Tag)
phone-from-wrong = Bitte geben Sie den Tag ein, ab dem der Platz frei ist, zum Beispiel 1.12.2026. Er darf nicht vorbei sein.
phone-why = Grund der Absage
phone-why-wrong = Bitte geben Sie den Grund mit 1 bis { $most } Zeichen an.
phone-answer-button = Antwort eintragen

## Fax
fax-to = Telefax an: { $clinic }, { $number }
fax-subject = Anfrage: Haben Sie einen Platz?
fax-reference = Kennzeichen: { $reference }
fax-what = Wir suchen für eine Patientin oder einen Patienten einen Platz in Ihrem Haus. Diese Anfrage nennt keinen Namen; den erfahren Sie erst, wenn die Person Ihr Haus gewählt und zugestimmt hat.
fax-answer = Antwort bitte bis { $when } unter Telefon { $phone }.
fax-reply = Bitte nennen Sie bei der Antwort das Kennzeichen, Ihren Namen und den Tag, ab dem ein Platz frei ist, oder den Grund der Absage.

## Nach einer Absage
again-title = Die nächsten Vorschläge
again-what = Eine Klinik hat keinen Platz. Diese Kliniken passen als Nächstes. Sie lesen genau die Angaben, die Sie zuletzt geprüft haben.
again-look = Eine Klinik hat keinen Platz. Diese Kliniken passen als Nächstes. Die Angaben haben sich seit der letzten Anfrage geändert: Sie sehen sie vor dem Senden noch einmal.
again-none = Im Augenblick meldet keine weitere Klinik einen passenden freien Platz.
again-ask = Jetzt anfragen
again-check = Prüfen und anfragen
again-label = { $clinic } anfragen
again-changed = Die Angaben haben sich seit der letzten Anfrage geändert. Bitte prüfen Sie sie. Es wurde noch nichts gesendet.

## Klinik ohne Anschluss: Wahl und Rücknahme
phone-chosen = telefonisch gewählt
phone-withdrawn = zurückgenommen
phone-next-chosen = Aufnahme vorbereiten (telefonisch zugesagt)
phone-next-there = Angekommen: Fall abschließen
phone-there = angekommen am { $day }
phone-name = Fax mit Namen
phone-name-what = Die Klinik erfährt jetzt, wer kommt: Name, Geburtsdatum, Versichertennummer (wenn bekannt) und Tag der Aufnahme. Das geht nur, solange die unterschriebene Freigabe gilt, die diese Klinik nennt. Jedes Fax, das Sie erstellen, steht im Verlauf, und die Person sieht es.
phone-name-day = Vereinbarter Tag der Aufnahme
phone-name-papers = Welche Unterlagen folgen, und wie?
phone-name-papers-hint = Zum Beispiel: Arztbrief und Befundbericht, per Post
phone-name-button = Fax mit Namen erstellen (PDF)
phone-name-wrong = Bitte geben Sie den Tag der Aufnahme (heute oder später) und eine Ansprechperson an; die Unterlagen mit höchstens { $most } Zeichen.
phone-arrival = Ankunft eintragen
phone-arrival-what = Was die Klinik am Telefon gesagt hat. Eine Eintragung wird nicht geändert. Ist die Person nicht angekommen, endet die Wahl.
phone-arrival-came = Ist die Person angekommen?
phone-arrival-yes = Ja, angekommen
phone-arrival-no = Nein, nicht angekommen
phone-arrival-why = Wenn nicht: warum?
phone-arrival-day = An welchem Tag?
phone-arrival-person = Wer in der Klinik hat es gesagt?
phone-arrival-wrong = Bitte geben Sie den Tag an (nach der Anfrage, nicht in der Zukunft) und wer in der Klinik es gesagt hat.
phone-payer-button = Entscheidung eintragen
phone-payer-wrong = Bitte geben Sie den Tag der Entscheidung an, zum Beispiel 1.12.2026. Er darf nicht in der Zukunft liegen.
phone-came-named = Fax mit Namen erstellt am { $at } von { $by }; Aufnahme am { $day }.
phone-came-papers = Unterlagen: { $papers }
phone-came-payer = Kostenträger am { $day }: { $decision }; eingetragen am { $at } von { $by }.
phone-came-arrived = Angekommen am { $day }, sagt { $person }; eingetragen am { $at } von { $by }.
phone-came-absent = Nicht angekommen am { $day } ({ $reason }), sagt { $person }; eingetragen am { $at } von { $by }.
phone-fault-not-chosen = Dafür muss zuerst die Wahl mit der unterschriebenen Freigabe eingetragen sein, die diese Klinik nennt.
phone-fault-arrived = Die Person ist dort angekommen. Das ändert daran nichts mehr.
fax-named-subject = Anmeldung zur Aufnahme
fax-named-what = Die unten genannte Person hat den Platz in Ihrem Haus gewählt, den Sie uns am Telefon zugesagt haben. Dass Sie diese Angaben bekommen, steht in der Freigabe, die am { $day } unterschrieben wurde ({ $form }).
fax-named-name = Name
fax-named-born = Geburtsdatum
fax-named-kvnr = Versichertennummer
fax-named-admission = Vereinbarte Aufnahme
fax-named-staff = Sozialdienst
fax-named-papers = Es folgen
fax-named-papers-none = keine Unterlagen
fax-named-call = Bitte rufen Sie uns an, wenn sich der Tag ändert und wenn die Person angekommen ist oder nicht kommt: Telefon { $phone }.
fax-named-wrong = Vertraulich. Haben Sie dieses Fax irrtümlich bekommen? Bitte rufen Sie uns an ({ $phone }) und vernichten Sie es.
phone-choose = Dieses Angebot wählen
phone-choose-what = Rufen Sie die Klinik an und sagen Sie zu. Tragen Sie dann die unterschriebene Freigabe ein, die diese Klinik nennt. Alle anderen angefragten Kliniken bekommen eine Absage. Unterlagen gehen auf Papier oder per Fax an die Klinik.
phone-choose-button = Wahl eintragen
phone-leave = Wahl zurücknehmen
phone-leave-what = Die Person möchte doch nicht dorthin? Rufen Sie die Klinik an; hat sie schon ein Fax mit dem Namen, bitten Sie sie, es zu vernichten. Die Freigabe endet damit.
phone-withdraw = Anfrage zurücknehmen
phone-withdraw-what = Niemand hat geantwortet, und die Antwort wird nicht mehr gebraucht. Das Fax selbst lässt sich nicht zurückholen.
phone-done-withdrawn = Anfrage zurückgenommen am { $at } von { $by }.
phone-done-chosen = Gewählt am { $at }, eingetragen von { $by }.
phone-done-left = Wahl zurückgenommen am { $at }, eingetragen von { $by }.
phone-fault-no-offer = Diese Klinik bietet keinen Platz für einen kommenden Tag an. Rufen Sie sie an.
phone-end = Fall abschließen
phone-end-what = Tragen Sie zuerst bei der Klinik ein, ob die Person angekommen ist. Dann schließen Sie den Fall ab.
phone-rare = Angaben, die nur wenige Menschen haben
phone-rare-leave-out = Weglassen
phone-rare-fault = Einige Angaben könnten die Person erkennbar machen. Geben Sie einen Grund an, warum das Fax sie braucht, oder lassen Sie sie weg. Es wurde noch nichts geschrieben.

## Nachweis
proof-title = Nachweis der Suche
proof-what = Wer wann gefragt wurde, was geantwortet wurde und wann es ankam. Diese Seite lässt sich drucken.
proof-none = In diesem Fall wurde noch keine Klinik gefragt.
proof-signed = Von beiden Kliniken unterschrieben
proof-recorded = Von Mitarbeitenden aufgeschrieben
proof-recorded-what = Diese Kliniken haben keinen Anschluss. Was hier steht, hat Ihre Klinik aufgeschrieben; die andere Klinik hat nichts davon unterschrieben.
proof-asked = Per Fax gefragt am { $moment }
proof-download = Nachweis herunterladen
proof-download-what = Eine Datei mit den unterschriebenen Kopfzeilen und Empfangsbestätigungen. Jede Person mit der Mitgliederliste des Verbunds kann sie ohne Netz prüfen: verbund evidence verify. Namen stehen nicht darin.
proof-bodies = Auch den Inhalt der Nachrichten mitgeben. Dann stehen in der Datei alle Angaben, die gesendet wurden, auch der Name, sobald er gesendet wurde.
proof-many = Dieser Fall hat zu viele Nachrichten für eine Datei. Ihre IT kann die Anfragen einzeln ausgeben.

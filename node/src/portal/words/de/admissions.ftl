# Aufnahme der Reha-Klinik: Anfragen, Antworten, freie Plätze, Unterlagen.

## Eingang
admissions-title = Anfragen
admissions-ended-title = Abgeschlossene Anfragen
admissions-none = Im Augenblick liegt keine Anfrage vor. Neue Anfragen erscheinen hier.
admissions-list-more = Es gibt weitere offene Anfragen. Hier stehen die { $count }, bei denen zuerst etwas zu tun ist.
admissions-ended-more = Hier stehen die { $count } Anfragen, die zuletzt abgeschlossen wurden. Ältere gibt es auch.
admissions-ended-none = Noch ist keine Anfrage abgeschlossen.
admissions-to-inbox = Zu den Anfragen
admissions-to-ended = Abgeschlossene Anfragen
admissions-door = { $new ->
    [0] Anfragen
    [one] Anfragen (1 neue)
   *[other] Anfragen ({ $new } neue)
  }
admissions-group = { $group ->
    [ours] Wartet auf Ihre Antwort
    [agreed] Zugesagt und in Behandlung
    [theirs] Wartet auf die andere Klinik
   *[over] Abgeschlossen
  }
admissions-line = { $department } · { $age } · frühestens { $earliest }
admissions-line-agreed = { $department } · Aufnahme am { $date }
admissions-papers-only = Unterlagen ohne Anfrage
admissions-from = Von { $clinic }
admissions-waits = wartet seit { $span }
admissions-minutes = { $count ->
    [one] einer Minute
   *[other] { $count } Minuten
  }
admissions-hours = { $count } Stunden
admissions-days = { $count ->
    [one] 1 Tag
   *[other] { $count } Tage
  }
admissions-span-days = { $count } Tagen
admissions-until = Frist: { $moment }
admissions-late = überfällig seit { $moment }
admissions-to-patient = Zur Person
admissions-wished = Die andere Klinik wünscht als Aufnahmetag den { $day }.
admissions-call = Bitte anrufen
admissions-step = { $step ->
    [requested] Neue Anfrage
    [asked] Rückfrage gestellt, Antwort steht aus
    [offered] Platz angeboten und reserviert
    [chosen] Ihr Platz wurde gewählt, Zusage steht aus
    [confirmed] Platz zugesagt, Überweisung steht aus
    [referred] Überweisung mit Namen ist da
    [accepted] Aufnahme vereinbart
    [admitted] Angereist, in Behandlung
    [handed] Unterlagen sind da
    [completed] Abgeschlossen
    [declined] Abgesagt
    [gone] Platz war nicht mehr frei
    [refused] Nach dem Lesen abgelehnt, alles gelöscht
    [withdrawn] Von der anfragenden Klinik zurückgezogen
    [cancelled] Von Ihrer Klinik abgesagt
    [did-not-come] Nicht angereist
   *[other] { $step }
  }
admissions-reason = Grund: { $reason }
admissions-trouble = { $code ->
    [undeliverable] Eine Nachricht konnte nicht zugestellt werden. Rufen Sie die andere Klinik an.
    [contradiction] Die andere Klinik hat sich widersprochen. Klären Sie mit ihr, was gilt.
    [restored] Nach einer Wiederherstellung ist nicht sicher, was vereinbart war. Klären Sie es mit der anderen Klinik.
    [rejected] Die andere Klinik konnte eine Nachricht nicht annehmen. Rufen Sie dort an.
   *[other] Klären Sie den Stand mit der anderen Klinik ({ $code }).
  }

## Eine Anfrage
admissions-more = Was Sie sonst tun können
admissions-facts-title = Was die Anfrage sagt
admissions-questions-title = Fragen und Antworten
admissions-offer-title = Ihr Angebot
admissions-history-title = Verlauf
admissions-papers-title = Unterlagen
admissions-referral-title = Überweisung
admissions-read-again = Überweisung lesen
admissions-to-decide = Weiter zur Anfrage
admissions-note = Was die Klinik dazu schreibt
admissions-erased = Die Angaben der anderen Klinik wurden hier am { $moment } gelöscht.
admissions-unanswered = noch keine Antwort
admissions-yes = ja
admissions-age = { $band } Jahre
admissions-sex = { $sex ->
    [female] weiblich
    [male] männlich
   *[other] divers oder nicht angegeben
  }
admissions-variant = { $variant ->
    [rehab] Anschlussrehabilitation
   *[transfer] Verlegung
  }
admissions-operation = { $operation }, { $side }, Woche ab { $week }
admissions-earliest = { $days ->
    [0] { $day }
    [one] { $day }, auch 1 Tag später
   *[other] { $day }, auch bis zu { $days } Tage später
  }
admissions-region = Postleitzahlen { $digits }…
admissions-basis-consent = Einwilligung liegt der anfragenden Klinik vor
admissions-field = { $field ->
    [variant] Art
    [department] Abteilung
    [indication] Indikation
    [icd] Diagnose (ICD-10)
    [operation] Operation
    [age] Alter
    [sex] Geschlecht
    [gender] Geschlecht
    [earliest] Frühestens
    [setting] Behandlung
    [constraints] Besonderheiten
    [singer] Selbständigkeit (SINGER)
    [barthel] Barthel-Index
    [mobility] Mobilität
    [weight-bearing] Belastbarkeit
    [travel] Reisefähigkeit
    [transport] Transport
    [single-room] Einzelzimmer gewünscht
    [companion] Begleitperson
    [diet] Kost
    [language] Sprache
    [region] Wohnregion
    [payer] Kostenträger
    [approval] Bewilligung
    [urgency] Dringlichkeit
    [basis] Grundlage
    [rare] Seltene Angaben bestätigt
    [answer-by] Antwort erbeten bis
    [date] Aufnahmetag
    [wished] Von der anderen Klinik gewünscht
    [stay] Dauer
    [held] Reserviert bis
    [room] Zimmer
    [therapies] Therapien
    [payer-decided] Entscheidung des Kostenträgers
    [born] Geboren am
    [kvnr] Versichertennummer
    [address] Anschrift
    [phone] Telefon
    [contact] Angehörige oder Betreuung
    [diagnoses] Diagnosen
    [procedures] Eingriffe
    [discharge] Entlassung aus dem Krankenhaus
    [exception] Grund für spätere AHB
    [release] Freigabe
    [staff] Ansprechperson
   *[other] { $field }
  }
admissions-release-consent = Einwilligung vom { $day } ({ $version })
admissions-release-necessity = { $reason }, verantwortet von { $physician }
admissions-by = { $side ->
    [us] Ihre Klinik
   *[them] andere Klinik
  }
admissions-said = { $kind ->
    [inquiry] Anfrage
    [question] Rückfrage
    [answer] Antwort auf die Rückfrage
    [offer] Angebot
    [offer-ended] Angebot beendet
    [decline] Absage
    [choice] Angebot gewählt
    [confirm] Platz zugesagt
    [gone] Platz nicht mehr frei
    [referral] Überweisung mit Namen
    [handoff] Unterlagen
    [opened] Geöffnet
    [filed] In die Akte übernommen
    [accept] Aufnahme vereinbart
    [refuse] Nach dem Lesen abgelehnt und gelöscht
    [date-change] Anderer Tag
    [payer-decision] Entscheidung des Kostenträgers
    [arrived] Angereist
    [arrived-again] Tag der Anreise berichtigt
    [did-not-come] Nicht angereist
    [report] Bericht
    [withdraw] Zurückgezogen
    [cancel] Abgesagt
    [erased] Gelöscht
    [reopened] Absage zurückgenommen
   *[other] { $kind }
  }
admissions-received = angekommen { $moment }
admissions-delivered = zugestellt { $moment }
admissions-not-delivered = noch nicht zugestellt
admissions-not-taken = nicht angenommen
admissions-paper-gone = Gelöschtes Dokument
admissions-paper-state = { $state ->
    [held] geprüft und vollständig
    [arriving] unterwegs
    [delayed] unterwegs, wird erneut versucht
    [failed] nicht angekommen
    [withdrawn] vom Absender zurückgenommen
   *[erased] gelöscht
  }

## Was man tun kann
admissions-act = { $act ->
    [settle] Mit der anderen Klinik geklärt
    [referral] Überweisung öffnen
    [offer] Platz anbieten
    [offer-again] Angebot ändern
    [confirm] Platz zusagen
    [accept] Aufnahme vereinbaren
    [arrived] Angereist
    [arrived-again] Tag der Anreise berichtigen
    [report] Bericht senden
    [report-again] Weiteren Bericht senden
    [ask] Rückfrage stellen
    [decline] Absagen
    [take-back] Angebot zurücknehmen
    [gone] Platz ist nicht mehr frei
    [refuse] Ablehnen und löschen
    [no-show] Nicht angereist
    [date] Aufnahmetag ändern
    [payer] Entscheidung des Kostenträgers
    [filed] In die Akte übernommen
    [reopen] Wieder öffnen
   *[cancel] Absagen
  }
admissions-act-what = { $act ->
    [settle] Haben Sie mit der anderen Klinik gesprochen und den Stand geklärt? Dann verschwindet der Hinweis.
    [referral] Die Überweisung nennt Namen und Diagnosen. Das Öffnen wird festgehalten, und die andere Klinik sieht es.
    [offer] Der Platz wird für diese Zeit frei gehalten und niemandem sonst versprochen.
    [offer-again] Das neue Angebot tritt an die Stelle des bisherigen.
    [confirm] Mit der Zusage steht der Platz fest. Danach schickt die andere Klinik die Überweisung mit Namen.
    [accept] Die Person wird mit den Angaben der Überweisung in Ihre Akten aufgenommen.
    [arrived] Die andere Klinik erfährt, dass die Person angekommen ist.
    [arrived-again] Wurde ein falscher Tag eingetragen? Die andere Klinik und die Person sehen danach den richtigen. Nach dem Bericht geht das nicht mehr. Wurde die falsche Person eingetragen, rufen Sie bitte die andere Klinik an.
    [report] Schicken Sie den Entlassungsbericht an die anfragende Klinik, oder sagen Sie, warum es keinen gibt.
    [report-again] Kam nach dem Bericht noch etwas, zum Beispiel ein Laborbefund? Schicken Sie es hier nach.
    [ask] Wählen Sie, was Sie wissen müssen. Die andere Klinik antwortet mit festen Antworten.
    [decline] Die Anfrage ist damit beendet. Die andere Klinik erfährt den Grund.
    [take-back] Der gehaltene Platz wird wieder frei. Die Anfrage bleibt offen.
    [gone] Die Anfrage ist damit beendet. Die andere Klinik sucht weiter.
    [refuse] Alles, was Sie zu dieser Person bekommen haben, wird hier gelöscht, auch die Unterlagen. Die andere Klinik bekommt das bestätigt. Das lässt sich nicht zurückholen.
    [no-show] Die Anfrage ist damit beendet, der Platz wird wieder frei.
    [date] Die andere Klinik erfährt den neuen Tag sofort.
    [payer] Die andere Klinik erfährt die Entscheidung, wenn sie sie noch nicht kennt.
    [filed] Die andere Klinik erfährt, dass die Unterlagen in der Akte sind.
    [reopen] Die andere Klinik erfährt, dass sie noch einmal fragen kann. Einen Platz versprechen Sie damit nicht.
   *[cancel] Die Vereinbarung ist damit beendet, der Platz wird wieder frei. Rufen Sie die andere Klinik am besten auch an.
  }
admissions-act-button = { $act ->
    [settle] Ist geklärt
    [referral] Überweisung öffnen
    [offer] Platz anbieten
    [offer-again] Neues Angebot senden
    [confirm] Platz zusagen
    [accept] Aufnahme vereinbaren
    [arrived] Ist angereist
    [arrived-again] Tag berichtigen
    [report] Bericht senden
    [report-again] Nachsenden
    [ask] Rückfrage senden
    [decline] Absage senden
    [take-back] Angebot zurücknehmen
    [gone] Mitteilen: nicht mehr frei
    [refuse] Ablehnen und alles löschen
    [no-show] Mitteilen: nicht angereist
    [date] Neuen Tag senden
    [payer] Entscheidung senden
    [filed] Ist in der Akte
    [reopen] Wieder öffnen
   *[cancel] Absage senden
  }
admissions-label = { $field ->
    [date] Aufnahmetag
    [hold] Reserviert bis
    [room] Zimmer
    [stay] Dauer in Tagen
    [department] Abteilung
    [therapy] Therapien
    [question] Fragen
    [reason] Grund
    [exception] Grund für eine spätere AHB
    [decision] Entscheidung
    [decided] Entschieden am
    [on] Angereist am
    [discharged] Entlassen am
    [document] Dokumente des Berichts
    [consent] Wo liegt die unterschriebene Einwilligung?
    [missing] Warum es keinen Bericht gibt
   *[other] { $field }
  }
admissions-day-hint = Zum Beispiel 3.12.2026
admissions-exception-hint = Nur wenn mehr als 14 Tage nach der Entlassung vergehen.
admissions-choose = { $field ->
    [exception] keiner
    [missing] es gibt einen Bericht
   *[other] Bitte wählen
  }
admissions-hold = { $moment } ({ $hours } Stunden)
admissions-auto = Sofort zusagen, wenn das Angebot in dieser Zeit gewählt wird
admissions-report-add = Zuerst den Bericht in die Akte legen
admissions-report-consent = Nur ausfüllen, wenn noch nicht erfasst ist, dass der Bericht an { $clinic } gehen darf. Zum Beispiel: Papierakte, Fach 3

## Was im Weg steht
admissions-fault = { $code ->
    [full] An diesem Tag ist kein Platz mehr frei. Wählen Sie einen anderen Tag oder eine andere Abteilung, oder sagen Sie ab.
    [not-stated] Für diesen Tag sind keine freien Plätze gemeldet. Wählen Sie einen anderen Tag, oder melden Sie die Plätze unter „Freie Plätze“.
    [ahb-late] Der Tag liegt mehr als 14 Tage nach der Entlassung. Wählen Sie einen früheren Tag, oder geben Sie den Grund an.
    [consent-missing] Es ist nicht erfasst, dass der Bericht an diese Klinik gehen darf. Wenn die Einwilligung unterschrieben vorliegt, schreiben Sie, wo.
    [ended] Die Anfrage ist inzwischen beendet. Es wurde nichts gesendet. Unten steht der jetzige Stand.
    [offer-ended] Das Angebot gilt nicht mehr. Es wurde nichts gesendet. Unten steht der jetzige Stand.
    [superseded] Die andere Klinik hat den Tag inzwischen geändert. Es wurde nichts gesendet. Unten steht der jetzige Stand.
    [out-of-turn] Der Stand hat sich inzwischen geändert. Es wurde nichts gesendet. Unten steht der jetzige Stand.
    [no-offer] Das Angebot gilt nicht mehr. Es wurde nichts gesendet. Unten steht der jetzige Stand.
    [no-referral] Die Überweisung ist nicht mehr da. Es wurde nichts gesendet. Unten steht der jetzige Stand.
    [repeat] Das ist schon geschehen. Es wurde nichts noch einmal gesendet.
    [undeliverable] Die andere Klinik gehört nicht mehr zum Verbund. Bitte rufen Sie sie an.
    [too-long] In dieser Anfrage wurden zu viele Nachrichten gewechselt. Bitte rufen Sie die andere Klinik an.
    [unavailable] Das geht im Augenblick nicht: Die Uhr des Servers, das Netz oder die Mitgliederliste stimmt nicht. Es wurde nichts gesendet. Ihre IT sieht den Grund.
    [invalid] Diese Angaben passen nicht zusammen. Bitte prüfen Sie sie. Es wurde nichts gesendet.
   *[other] Das geht jetzt nicht ({ $code }). Es wurde nichts gesendet.
  }
admissions-wrong = { $what ->
    [day] Bitte geben Sie einen Tag an, zum Beispiel 3.12.2026.
    [past] Dieser Tag ist schon vorbei. Bitte nehmen Sie heute oder einen späteren Tag.
    [future] Dieser Tag kommt erst noch. Bitte nehmen Sie heute oder einen früheren Tag.
    [choice] Bitte wählen Sie etwas aus.
    [stay] Bitte geben Sie 1 bis 180 Tage an.
    [questions] Bitte kreuzen Sie mindestens eine Frage an.
    [too-many] Das sind zu viele auf einmal.
    [report] Kreuzen Sie ein Dokument an, oder sagen Sie, warum es keinen Bericht gibt.
   *[report-both] Entweder ein Dokument, oder der Grund, warum es keines gibt.
  }

## Unterlagen ansehen
admissions-paper-missing-title = Dieses Dokument lässt sich nicht zeigen
admissions-paper-missing = { $code ->
    [arriving] Es ist noch unterwegs. Bitte versuchen Sie es in ein paar Minuten noch einmal.
    [failed] Es ist nicht angekommen. Bitten Sie die andere Klinik, es noch einmal zu schicken.
    [withdrawn] Der Absender hat es zurückgenommen, bevor es da war. Fragen Sie dort nach.
    [erased] Es wurde hier gelöscht und lässt sich nicht zurückholen.
    [damaged] Die gespeicherte Datei ist beschädigt oder fehlt. Ihre IT findet Näheres im Protokoll.
   *[other] Das geht im Augenblick nicht ({ $code }).
  }

## Freie Plätze
capacity-title = Freie Plätze
capacity-what = Andere Kliniken sehen diese Zahlen, abzüglich der gehaltenen Plätze. Bestätigen Sie sie bitte einmal am Tag.
capacity-renew = Alles stimmt noch
capacity-none = Für Ihre Klinik ist noch keine Abteilung gemeldet. Legen Sie unten die erste an, oder lassen Sie alle von Ihrer IT einlesen.
capacity-beds = { $beds } Betten
capacity-state = { $age ->
    [fresh] Bestätigt am { $moment }
    [stale] Zuletzt bestätigt am { $moment }, bitte prüfen
   *[expired] Zuletzt bestätigt am { $moment }, wird nicht mehr gefunden
  }
capacity-until = Gemeldet bis { $day }.
capacity-until-none = Für die nächsten Tage ist nichts gemeldet.
capacity-legend = Freie Plätze an jedem Tag: { $department }
capacity-day = { $weekday ->
    [1] Mo { $day }
    [2] Di { $day }
    [3] Mi { $day }
    [4] Do { $day }
    [5] Fr { $day }
    [6] Sa { $day }
   *[7] So { $day }
  }
capacity-held = { $count } gehalten
capacity-empty = Leere Tage am Ende gelten als nicht gemeldet, leere Tage dazwischen als 0.
capacity-save = { $department } speichern
capacity-wrong = Zahl von 0 bis { $beds }
capacity-wrong-days = Bitte prüfen Sie: { $days } Möglich ist eine Zahl von 0 bis { $beds }. Es wurde nichts gespeichert.
capacity-changed = Inzwischen steht hier { $now }.
capacity-changed-none = Inzwischen ist hier nichts gemeldet.
capacity-changed-days = Jemand anders hat diese Tage inzwischen auch geändert: { $days } Bitte prüfen Sie sie, und speichern Sie dann noch einmal. Es wurde nichts gespeichert.
capacity-refused = Diese Zahlen passen nicht zusammen. Es wurde nichts gespeichert.

## Neue Abteilung
department-title = Neue Abteilung
department-what = Andere Kliniken finden die Abteilung, sobald freie Plätze für sie gemeldet sind.
department-facility = Einrichtung
department-name = Name der Abteilung
department-name-hint = Zum Beispiel: Orthopädie
department-name-wrong = Bitte geben Sie einen kurzen Namen an, ohne besondere Zeichen und ohne lange Nummern.
department-key = Fachabteilungsschlüssel
department-key-hint = Vier Ziffern nach §301 SGB V, zum Beispiel 2300
department-key-wrong = Bitte geben Sie vier Ziffern an, zum Beispiel 2300.
department-exists = Für diesen Schlüssel ist schon eine Abteilung gemeldet.
department-beds = Betten oder Behandlungsplätze
department-beds-wrong = Bitte geben Sie eine Zahl von 1 bis { $most } an.
department-indications-wrong = Bitte kreuzen Sie an, welche Krankheiten die Abteilung behandelt. Sonst findet sie niemand.
department-list = { $list ->
    [indications] Was sie behandelt
    [settings] Art der Rehabilitation
    [constraints] Was sie leisten kann
    [payers] Kostenträger mit Vertrag
    [rooms] Zimmer
   *[languages] Sprachen außer Deutsch
  }
department-save = Abteilung anlegen

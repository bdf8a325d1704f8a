# Was die Seiten sagen: Deutsch. Hier: der Weg der Patientin in die Reha.

## Startseite: der nächste Schritt
journey-pages = Weitere Seiten
journey-consent-title = Bitte lesen Sie, worum es geht, und entscheiden Sie.
journey-consent-text = Wir helfen Ihnen, nach dem Krankenhaus gut weiterversorgt zu werden. Dafür brauchen wir Ihre Einwilligung.
journey-consent-button = Einwilligung lesen
journey-consent-again = Noch einmal ansehen
journey-refused-title = Sie möchten unsere Hilfe nach der Entlassung nicht.
journey-refused-text = Das ist in Ordnung. Sie müssen nichts tun. Wenn Sie es sich anders überlegen, geht das jederzeit.
journey-taken-back-title = Sie haben Ihre Einwilligung zurückgenommen.
journey-taken-back-text = Wir fragen für Sie keine Klinik mehr. Wenn Sie es sich anders überlegen, geht das jederzeit.
journey-wishes-title = Was ist Ihnen bei der Reha wichtig?
journey-wishes-text = Sie dürfen mitbestimmen, in welche Klinik Sie kommen. Schreiben Sie auf, was Sie sich wünschen und warum.
journey-wishes-button = Ihre Wünsche eintragen
journey-searching-title = Wir suchen passende Kliniken. Sie müssen nichts tun.
journey-searching-text = Der Sozialdienst kennt Ihre Wünsche. Sobald Kliniken gefragt sind, steht es hier.
journey-waiting-title = { $clinics ->
    [one] Wir fragen gerade eine Klinik. Sie müssen nichts tun.
   *[other] Wir fragen gerade { $clinics } Kliniken. Sie müssen nichts tun.
}
journey-waiting-text = Ihren Namen kennt dabei noch niemand. Sobald eine Klinik antwortet, steht es hier.
journey-searching-on-title = Bisher hatte keine Klinik Platz. Wir suchen weiter.
journey-searching-on-text = Sie müssen nichts tun. Der Sozialdienst fragt weitere Kliniken und ruft Sie an, wenn etwas zu entscheiden ist.
journey-choose-title = { $offers ->
    [one] Eine Klinik bietet Ihnen einen Platz an.
   *[other] { $offers } Kliniken bieten Ihnen einen Platz an.
}
journey-choose-text = Bitte wählen Sie bis { $until }. So lange ist der Platz für Sie reserviert.
journey-choose-waiting = { $waiting ->
    [one] Eine weitere Klinik hat noch nicht geantwortet.
   *[other] { $waiting } weitere Kliniken haben noch nicht geantwortet.
}
journey-choose-button = Angebote ansehen und wählen
journey-chosen-title = Gewählt, noch nicht bestätigt: { $clinic }
journey-chosen-text = Die Klinik muss den Platz noch bestätigen. Das dauert meist wenige Stunden. Sie müssen nichts tun.
journey-chosen-unreachable = Die Klinik ist gerade nicht erreichbar; wir versuchen es weiter. Ihre Wahl ist gespeichert. Sie müssen nichts tun.
journey-confirmed-title = Ihr Platz ist bestätigt: { $clinic }
journey-confirmed-text = Als Nächstes schicken wir der Klinik Ihre Unterlagen. Sie müssen nichts tun.
journey-referred-title = Ihre Unterlagen sind unterwegs: { $clinic }
journey-referred-text = Die Klinik prüft die Unterlagen und sagt dann endgültig zu. Sie müssen nichts tun.
journey-accepted-title = Die Klinik nimmt Sie auf: { $clinic }
journey-accepted-text = Über die Fahrt und was Sie mitbringen spricht der Sozialdienst mit Ihnen.
journey-arrived-title = Sie sind angekommen: { $clinic }
journey-arrived-text = Wir wünschen Ihnen gute Erholung. Hier ist für Sie nichts zu tun.
journey-done-title = Ihre Reha ist zu Ende: { $clinic }
journey-done-text = Der Bericht der Klinik ist bei uns. Fragen dazu beantwortet Ihre Ärztin oder Ihr Arzt.
journey-ended-title = Die Suche nach einer Reha ist beendet
journey-ended-no-place = Für Sie wurde kein Platz gefunden. Der Sozialdienst hat die Suche am { $day } beendet.
journey-ended-text = Der Sozialdienst hat die Suche am { $day } beendet. Es werden keine Kliniken mehr gefragt.
journey-ended-carer = Um Sie kümmert sich jetzt: { $name }, Telefon { $phone }.
journey-ended-help = Fragen beantwortet unser Haus: Telefon { $phone }, { $hours }.
journey-ended-see = Welche Kliniken gefragt wurden
journey-story-ended = Der Sozialdienst hat die Suche beendet.
journey-day = Tag der Aufnahme: { $day }
journey-day-open = Der Tag der Aufnahme steht noch nicht fest.
journey-change-mind = Ich habe es mir anders überlegt
journey-span = Ihre Reha soll spätestens am { $last } beginnen: 14 Tage nach Ihrer Entlassung am { $discharge }.
journey-span-excused = Ihre Entlassung: { $discharge }. Die Reha darf später als 14 Tage danach beginnen. Grund: { $reason }.

## Startseite: bis jetzt
journey-story-title = Das ist bis jetzt geschehen
journey-story-agreed = Sie haben in unsere Hilfe nach der Entlassung eingewilligt.
journey-story-refused = Sie haben unsere Hilfe nach der Entlassung abgelehnt.
journey-story-took-back = Sie haben Ihre Einwilligung zurückgenommen.
journey-story-wished = Sie haben Ihre Wünsche aufgeschrieben.
journey-story-inquiry = Wir haben { $clinic } gefragt, ohne Ihren Namen zu nennen.
journey-story-questions = { $clinic } hatte eine Rückfrage.
journey-story-answers = Wir haben die Rückfrage von { $clinic } beantwortet.
journey-story-offer = { $clinic } bietet einen Platz ab { $day } an.
journey-story-offer-ended = Das Angebot von { $clinic } ist abgelaufen.
journey-story-declined = { $clinic } hat abgesagt: { $reason }.
journey-story-choice = Sie haben { $clinic } gewählt.
journey-story-confirmed = { $clinic } hat den Platz bestätigt.
journey-story-gone = Der Platz bei { $clinic } ist nicht mehr frei.
journey-story-referral = Wir haben { $clinic } Ihren Namen und Ihre Befunde geschickt.
journey-story-handoff = Wir haben { $clinic } Unterlagen geschickt.
journey-story-opened = { $clinic } hat Ihre Unterlagen geöffnet.
journey-story-accepted = { $clinic } nimmt Sie auf, am { $day }.
journey-story-not-taken = { $clinic } kann Sie doch nicht aufnehmen: { $reason }. Ihre Daten wurden dort gelöscht.
journey-story-date = { $clinic } hat den Tag der Aufnahme geändert: { $day }.
journey-story-date-wished = Wir haben { $clinic } um einen anderen Tag gebeten: { $day }.
journey-story-payer = Entscheidung der Kasse: { $decision }.
journey-story-arrived = Sie sind bei { $clinic } angekommen.
journey-story-arrival-corrected = { $clinic } hat den Tag Ihrer Ankunft berichtigt: { $day }.
journey-story-did-not-come = { $clinic } meldet: Sie sind nicht angereist.
journey-story-report = { $clinic } hat den Bericht geschickt.
journey-story-withdrawn = Wir haben die Anfrage bei { $clinic } zurückgezogen: { $reason }.
journey-story-cancelled = { $clinic } hat den Platz abgesagt: { $reason }.

## Einwilligung ins Entlassmanagement
consent-title = Einwilligung ins Entlassmanagement
consent-stands-open = Sie haben noch nicht entschieden.
consent-stands-given = Sie haben am { $at } eingewilligt.
consent-stands-refused = Sie haben am { $at } abgelehnt.
consent-stands-taken-back = Sie haben Ihre Einwilligung am { $at } zurückgenommen.
consent-what-title = Was ist Entlassmanagement?
consent-what = Nach dem Krankenhaus brauchen viele Menschen weitere Hilfe, zum Beispiel eine Reha. Wir prüfen mit Ihnen, was Sie brauchen, suchen einen Platz und geben die nötigen Unterlagen weiter. Das kostet Sie nichts.
consent-what-law = Darauf haben Sie ein Recht: § 39 Absatz 1a des Fünften Buches Sozialgesetzbuch. Diese Seite gibt den Inhalt der Patienteninformation und der Einwilligung nach dem Rahmenvertrag Entlassmanagement wieder (Anlage 1a und Anlage 1b).
consent-shared-title = Wer erfährt was?
consent-shared-first = Zuerst fragen wir Kliniken, ohne zu sagen, wer Sie sind: nur Angaben wie Altersgruppe, Art der Erkrankung, was Sie selbst tun können, und ab wann Sie einen Platz brauchen.
consent-shared-second = Dann wählen Sie eine Klinik. Nur diese eine Klinik erfährt Ihren Namen und bekommt Ihre Befunde. Dem stimmen Sie bei der Wahl noch einmal eigens zu.
consent-shared-third = Ihre Kranken- oder Rentenversicherung erfährt, was sie für die Bewilligung braucht. Wer Sie danach versorgt, zum Beispiel Hausarzt oder Pflegedienst, erfährt, was dafür nötig ist. Sonst erfährt niemand etwas.
consent-free-title = Sie entscheiden frei
consent-free = Die Einwilligung ist freiwillig. Ihre Behandlung hier ist dieselbe, wie auch immer Sie entscheiden.
consent-free-withdraw = Sie können die Einwilligung jederzeit ohne Grund zurücknehmen: auf dieser Seite, mit einem Knopf.
consent-free-stay = Was bis dahin geschehen ist, bleibt rechtmäßig. Was eine Klinik schon hat, können wir nicht zurückholen; wir sagen ihr, dass sie es löschen muss.
consent-decide-title = Ihre Entscheidung
consent-statement = Ich habe die Information gelesen. Ich willige ein, dass das Krankenhaus mein Entlassmanagement durchführt und dafür andere Kliniken, Ärzte, Pflegedienste und meine Versicherung fragt und ihnen die nötigen Daten gibt, wie oben beschrieben.
consent-give = Ja, ich willige ein
consent-refuse-what = Wenn Sie ablehnen, fragen wir niemanden. Sie können sich später anders entscheiden.
consent-refuse = Nein, ich möchte das nicht
consent-missing = Bitte drücken Sie einen der beiden Knöpfe.
consent-drafted = Sie haben sich gerade noch einmal angemeldet. Bitte drücken Sie den Knopf jetzt noch einmal.
consent-withdraw-title = Einwilligung zurücknehmen
consent-withdraw-what = Sie brauchen keinen Grund. Danach fragen wir für Sie keine Klinik mehr.
consent-ends-nothing = Zurzeit ist bei keiner Klinik etwas offen.
consent-ends = Damit enden auch die Anfragen und Zusagen bei: { $clinics }. Wir sagen es diesen Kliniken. Ein Platz, der dort für Sie gehalten wird, wird frei.
consent-withdraw-button = Einwilligung zurücknehmen

## Wünsche
wishes-title = Ihre Wünsche
wishes-intro = Sie haben ein Wunsch- und Wahlrecht (§ 8 des Neunten Buches Sozialgesetzbuch). Was Sie hier schreiben, bleibt Ihre eigene Erklärung: Niemand ändert sie außer Ihnen. Der Sozialdienst und die Kasse müssen berechtigte Wünsche berücksichtigen.
wishes-rank = Wunsch { $number }
wishes-rank-first = Wunsch 1: am wichtigsten
wishes-more = Wunsch { $number } hinzufügen
wishes-about = Worum geht es?
wishes-about-none = Kein Wunsch
wishes-what = Was genau?
wishes-what-hint = Zum Beispiel der Name der Klinik, der Ort oder die Sprache.
wishes-why = Warum ist Ihnen das wichtig?
wishes-near-home = Nahe bei meinem Zuhause oder meiner Familie
wishes-clinic = Eine bestimmte Klinik
wishes-single-room = Einzelzimmer
wishes-companion = Eine Begleitperson kommt mit
wishes-therapy = Eine bestimmte Therapie
wishes-language = Eine bestimmte Sprache
wishes-belief = Glauben oder Ernährung
wishes-other = Etwas anderes
wishes-save = Wünsche speichern
wishes-stated = Zuletzt gespeichert: { $at }.
wishes-none = Sie haben noch keine Wünsche gespeichert.
wishes-earlier = Frühere Fassungen
wishes-earlier-none = Keine besonderen Wünsche
wishes-clinic-missing = Bitte schreiben Sie den Namen der Klinik dazu.
wishes-about-missing = Bitte wählen Sie aus, worum es geht.
wishes-too-long = Das ist zu lang. Bitte kürzen Sie den Text.
wishes-fault = Bitte sehen Sie die Wünsche noch einmal durch. Es wurde noch nichts gespeichert.

## Angebote
choice-list-title = Kliniken und Angebote
choice-list-none = Bisher ist keine Klinik gefragt worden.
choice-list-offers = Angebote zum Wählen
choice-list-offers-what = Diese Kliniken halten einen Platz für Sie frei. Vergleichen Sie in Ruhe. Wählen können Sie nur eine.
choice-list-no-offers = Zurzeit gibt es kein Angebot, das Sie wählen können.
choice-list-clinic = Klinik
choice-list-distance = Entfernung
choice-list-date = Aufnahme am
choice-list-room = Zimmer
choice-list-therapies = Therapien
choice-list-until = Reserviert bis
choice-list-answered = Antwort vom
choice-list-km = { $km } km Luftlinie
choice-list-unknown = keine Angabe
choice-list-late = Beginnt später als 14 Tage nach der Entlassung. Bitte sprechen Sie mit dem Sozialdienst.
choice-list-choose = Diese Klinik wählen …
choice-list-choose-which = { $clinic } wählen …
choice-list-print = So drucken Sie: Diese Seite lässt sich in großer Schrift auf A4 ausdrucken (Druckfunktion Ihres Browsers).
choice-list-from-home = Entfernungen von Ihrer Postleitzahl aus, in gerader Linie. Die Fahrt ist länger.
choice-list-from-house = Entfernungen von diesem Krankenhaus aus, in gerader Linie. Die Fahrt ist länger.
choice-list-chosen = Ihre Wahl
choice-list-open = Noch keine Antwort
choice-list-asked = gefragt am { $at }
choice-list-question = hat eine Rückfrage; wir antworten
choice-list-over = Nicht möglich oder vorbei
choice-list-declined = hat abgesagt: { $reason }
choice-list-declined-plain = hat abgesagt
choice-list-ended = Das Angebot ist abgelaufen.
choice-list-gone = Der Platz war doch nicht mehr frei.
choice-list-withdrawn = Anfrage zurückgezogen
choice-list-cancelled = hat den Platz wieder abgesagt
choice-list-not-confirmed = Gewählt, noch nicht bestätigt
choice-list-confirmed = Platz bestätigt
choice-list-accepted = Die Klinik nimmt Sie auf
choice-list-map = Karte
choice-list-map-place = Auf der Karte öffnen: { $place }
choice-list-map-home = Zuhause
choice-list-map-house = Krankenhaus
choice-list-map-scale = { $km } km
choice-list-map-source = Orte und Umriss: GeoNames, CC BY 4.0. Der Umriss ist aus den Orten in Bayern gezeichnet und nur ungefähr.

## Wählen
choice-title = { $clinic } wählen
choice-facts = Das Angebot
choice-department = Abteilung
choice-who-title = Wer erfährt was?
choice-who-now = Jetzt erfährt die Klinik nur, dass ihr Angebot gewählt wurde. Ihr Name steht noch nicht dabei.
choice-who-then = Wenn { $clinic } den Platz bestätigt, bekommt diese Klinik von uns:
choice-who-person = Ihren Namen, Ihr Geburtsdatum, Anschrift und Telefon, Ihre Versicherung, eine Ansprechperson
choice-who-medical = Ihre Diagnosen, Operationen und was für die Reha wichtig ist
choice-who-documents = Unterlagen, die Ihre Ärztin oder Ihr Arzt dafür freigibt. Bei uns liegen: { $titles }
choice-who-documents-none = Unterlagen, die Ihre Ärztin oder Ihr Arzt dafür freigibt. Zurzeit liegen hier keine.
choice-who-documents-unseen = { $count ->
    [one] Eine Unterlage liegt hier, die Ihre Ärztin oder Ihr Arzt noch nicht für Sie freigegeben hat. Auch sie kann mitgehen.
   *[other] { $count } Unterlagen liegen hier, die Ihre Ärztin oder Ihr Arzt noch nicht für Sie freigegeben hat. Auch sie können mitgehen.
  }
choice-others = Diesen Kliniken sagen wir dann ab: { $clinics }. Sie haben Ihren Namen nie erfahren.
choice-others-none = Andere Kliniken sind zurzeit nicht gefragt.
choice-statement = Ich wähle { $clinic }. Ich willige ein, dass das Krankenhaus dieser Klinik die genannten Daten und Unterlagen gibt, sobald sie den Platz bestätigt. Das ist freiwillig, und ich kann es jederzeit zurücknehmen.
choice-button = Ja, diese Klinik wählen
choice-not-now = Zurück zu allen Angeboten
choice-drafted = Sie haben sich gerade noch einmal angemeldet. Bitte drücken Sie den Knopf jetzt noch einmal.
choice-ended = Dieses Angebot ist inzwischen abgelaufen oder zurückgenommen. Sie haben nichts falsch gemacht. Es wurde nichts entschieden.
choice-changed = Die Klinik hat ihr Angebot inzwischen geändert. Es wurde noch nichts entschieden. Bitte sehen Sie sich das neue Angebot an.
choice-gone = Der Platz ist inzwischen nicht mehr frei.
choice-other-chosen = Sie haben schon gewählt: { $clinic }. Möchten Sie lieber diese hier, dann geben Sie den anderen Platz zuerst zurück.
choice-late = Diese Reha würde später als 14 Tage nach Ihrer Entlassung beginnen. Das geht nur mit einem Grund, den der Sozialdienst einträgt. Bitte rufen Sie uns an.
choice-not-open = Dieses Angebot kann zurzeit nicht gewählt werden.
choice-again = Noch einmal anfragen
choice-again-what = Wir fragen dieselbe Klinik noch einmal mit denselben Angaben, wieder ohne Ihren Namen.
choice-again-failed = Das Anfragen hat nicht geklappt. Bitte rufen Sie uns an.
choice-withdraw-title = Die Wahl zurücknehmen: { $clinic }
choice-withdraw-early = Die Klinik hat Sie noch nicht aufgenommen. Der Platz wird wieder frei, und Ihre Freigabe für diese Klinik endet. Andere Angebote, die noch gelten, können Sie danach wählen.
choice-withdraw-late = Die Klinik hat schon zugesagt. Wenn Sie jetzt absagen, bekommt ein anderer Mensch den Platz. Die Suche beginnt von vorn, und Ihre Reha kann später anfangen. Unterlagen, die die Klinik schon hat, muss sie löschen.
choice-withdraw-span = Spätester Beginn Ihrer Reha ist der { $last }. Eine neue Suche kann länger dauern.
choice-withdraw-now = Der Platz wird dann wieder frei, und Ihre Freigabe für diese Klinik endet.
choice-withdraw-button = Ja, Wahl zurücknehmen
choice-withdraw-keep = Nein, dabei bleiben

## Wer hat was bekommen
shared-title = Wer hat was über Sie erfahren?
shared-clinics = Andere Kliniken
shared-clinics-none = Bisher hat keine andere Klinik etwas von uns bekommen.
shared-inquiry = Anfrage ohne Ihren Namen
shared-referral = Ihr Name und Ihre Befunde
shared-document = Unterlage: { $title }
shared-sent = geschickt am { $at }
shared-allowed = darf abgeholt werden seit { $at }
shared-fetched = abgeholt am { $at }
shared-not-fetched = noch nicht vollständig abgeholt
shared-never-fetched = nicht vollständig abgeholt
shared-fetched-unknown = Ob die Klinik sie abgeholt hat, wissen wir nicht.
shared-opened-unknown = Ob dort jemand sie geöffnet hat, erfahren wir nicht.
shared-received = angekommen am { $at }
shared-not-received = noch nicht angekommen
shared-opened = geöffnet am { $at }
shared-not-opened = noch nicht geöffnet
shared-filed = in die Akte gelegt am { $at }
shared-ended = darf nicht mehr abgeholt werden seit { $at }
shared-erased = Die Klinik hat erklärt: gelöscht am { $at }
shared-fax = per Fax am { $at }
shared-fax-named = Fax mit Ihrem Namen, Geburtsdatum, Ihrer Versichertennummer (wenn wir sie haben) und dem Tag der Aufnahme
shared-fax-papers = Es sollten noch folgen: { $papers }
shared-fax-what = Diese Klinik ist hier nicht angeschlossen. Ob sie ein Fax gelesen hat, erfahren wir nur am Telefon.
shared-looks = Wer bei uns Ihre Daten angesehen hat
shared-looks-what = Je Person, Tag und Anlass eine Zeile. Was Sie selbst hier tun, steht nicht dabei.
shared-looks-none = Niemand.
shared-look = { $who } ({ $roles }): { $deed }
shared-look-unknown = ohne Rolle
shared-deed-looked = hat Ihre Daten angesehen
shared-deed-changed = hat Ihre Daten eingetragen oder geändert
shared-deed-consent = hat eine Entscheidung von Ihnen aufgenommen
shared-deed-arranged = hat sich um Ihren Reha-Platz gekümmert
shared-deed-documents = hat mit Ihren Unterlagen gearbeitet
shared-deed-messages = hat Nachrichten zwischen Ihnen und der Klinik gelesen oder beantwortet
shared-deed-access = hat sich um Ihren Zugang zu diesen Seiten gekümmert
shared-proxy = Ihre Vertretung
shared-role-ward = Pflege und Station
shared-role-physician = ärztlicher Dienst
shared-role-social-service = Sozialdienst
shared-role-admissions = Aufnahme
shared-role-capacity = Bettenplanung
shared-role-it = IT
shared-role-privacy-officer = Datenschutz

## Ein Tag in Worten
journey-date = { $weekday ->
    [1] Montag
    [2] Dienstag
    [3] Mittwoch
    [4] Donnerstag
    [5] Freitag
    [6] Samstag
   *[7] Sonntag
}, { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
} { $year }

## Wer für die Patientin handelt
proxy-title = Wer darf für Sie handeln?
proxy-intro = Sie können jemandem, dem Sie vertrauen, eigenen Zugang geben, zum Beispiel Ihrer Tochter. Sie bestimmen, wie weit das geht, und können es jederzeit beenden. Geben Sie niemandem Ihr eigenes Passwort.
proxy-now = Zurzeit
proxy-nobody = Zurzeit handelt niemand für Sie.
proxy-look = Ansehen, was Sie auch sehen
proxy-arrange = Ansehen und sich kümmern: Wünsche aufschreiben, Kliniken noch einmal anfragen
proxy-decide = Ansehen, sich kümmern und entscheiden: einwilligen und eine Klinik wählen
proxy-attorney = Vorsorgevollmacht
proxy-court = Betreuung durch das Gericht
proxy-single = Vollmacht nur für diese Sache
proxy-ground = Entscheidet auf Grund von: { $power }, bis { $until }
proxy-open = Hat sich schon angemeldet.
proxy-invited = Eingeladen am { $at }, noch nicht angemeldet.
proxy-blocked = Der Code wurde nach fünf falschen Geburtsdaten gesperrt. Fragen Sie nach, beenden Sie diesen Zugang, und laden Sie noch einmal ein.
proxy-end = Beenden
proxy-end-who = Beenden: { $name }
proxy-invite-title = Jemanden einladen
proxy-name = Vorname und Name
proxy-name-hint = Zum Beispiel Anna Beispiel
proxy-scope = Was darf diese Person?
proxy-only-decide = Nur wenn die Person entscheiden darf
proxy-power = Worauf beruht das?
proxy-power-none = Bitte auswählen
proxy-until = Bis wann?
proxy-until-hint = Zum Beispiel 31.12.2027. Danach darf die Person nicht mehr entscheiden.
proxy-button = Code für die Einladung erzeugen
proxy-name-missing = Bitte schreiben Sie den Namen auf, höchstens 80 Zeichen.
proxy-scope-missing = Bitte wählen Sie aus, was diese Person darf.
proxy-power-missing = Wer entscheidet, braucht eine Vollmacht oder einen Beschluss des Gerichts. Bitte wählen Sie aus.
proxy-until-wrong = Bitte geben Sie einen Tag ein, der noch kommt, mit Tag, Monat und Jahr.
proxy-too-many = Es handeln schon fünf Personen für Sie. Bitte beenden Sie zuerst einen Zugang.
proxy-again = { $name } ist schon genau so eingeladen. Ist der Code verloren gegangen? Dann beenden Sie zuerst diesen Zugang und laden Sie noch einmal ein.
proxy-reads = { $name } für { $patient }
proxy-invited-title = Einladung für { $name }
proxy-invited-what = Geben Sie diesen Code nur der Person, die Sie meinen. Sie braucht dazu Ihr Geburtsdatum. Der Code wird nur jetzt gezeigt und gilt einmal.
proxy-invited-where = Im Browser zu öffnen:
journey-story-by = { $what } (So hat es { $who } getan.)
consent-by = Entschieden hat: { $who }.
wishes-by = Aufgeschrieben hat: { $who }.

## Unterlagen der Patientin
documents-title = Meine Unterlagen
documents-intro = Hier stehen die Unterlagen, die eine Ärztin oder ein Arzt bei uns für Sie freigegeben hat. Wenn Ihnen etwas fehlt, fragen Sie uns bitte.
documents-none = Zurzeit ist keine Unterlage für Sie freigegeben.
documents-about = { $kind }, vom { $made }, von: { $from }
documents-damaged = Diese Unterlage lässt sich gerade nicht zeigen. Bitte sagen Sie uns Bescheid.

# Kliniken, die am Telefon antworten
choice-phone-title = Kliniken, die am Telefon antworten
choice-phone-mark = telefonisch
choice-phone-what = Diese Kliniken haben wir per Fax gefragt. Möchten Sie einen dieser Plätze? Dann sagen Sie es bitte dem Sozialdienst. Sie unterschreiben dafür auf Papier.
choice-phone-look = Plätze ansehen
choice-phone-offer = Platz frei ab { $day }
choice-phone-chosen = Von Ihnen gewählt, ab { $day }
choice-phone-waiting = Noch keine Antwort
choice-phone-told = Am Telefon gesagt am { $moment }
choice-phone-chosen-text = Die Klinik hat am Telefon zugesagt. Wenn Sie doch nicht dorthin möchten, sagen Sie es bitte dem Sozialdienst.
choice-phone-story-asked = Wir haben { $clinic } per Fax gefragt, ohne Ihren Namen.
choice-phone-story-offered = { $clinic } hat am Telefon einen Platz angeboten.
choice-phone-story-declined = { $clinic } hat am Telefon abgesagt.
choice-phone-story-chosen = Sie haben { $clinic } gewählt.
choice-phone-story-left = Sie haben die Wahl von { $clinic } zurückgenommen.
choice-phone-story-named = Wir haben Ihre Unterlagen an { $clinic } gefaxt: Ihren Namen, Ihr Geburtsdatum, Ihre Versichertennummer (wenn wir sie haben) und den Tag der Aufnahme, { $day }.
choice-phone-arrived = Sie sind dort angekommen

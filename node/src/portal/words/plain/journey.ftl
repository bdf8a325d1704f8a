# Was die Seiten sagen: Einfache Sprache. Hier: Einwilligung, Wahl und was jetzt zu tun ist.

## Einwilligung
consent-title = Dürfen wir Ihnen nach dem Krankenhaus helfen?
consent-stands-open = Sie haben noch nichts entschieden.
consent-stands-given = Sie haben Ja gesagt. Das war am { $at }.
consent-stands-refused = Sie haben Nein gesagt. Das war am { $at }.
consent-stands-taken-back = Sie haben Ihr Ja zurückgenommen. Das war am { $at }.
consent-what-title = Worum geht es?
consent-what = Nach dem Krankenhaus brauchen viele Menschen noch Hilfe. Zum Beispiel eine Reha. Wir suchen mit Ihnen einen Platz. Wir schicken die Papiere. Das kostet nichts. Das schwere Wort dafür heißt: Entlassmanagement.
consent-what-law = Sie haben ein Recht darauf. Das steht im Gesetz: § 39 Absatz 1a im Fünften Sozialgesetzbuch. Es gibt dafür einen Vertrag: den Rahmenvertrag Entlassmanagement. Was hier steht, kommt aus diesem Vertrag: Anlage 1a und Anlage 1b.
consent-shared-title = Wer weiß dann was?
consent-shared-first = Zuerst: Wir fragen Kliniken. Wir sagen Ihren Namen nicht. Wir sagen nur zum Beispiel: ungefähr wie alt Sie sind. Was Sie haben. Was Sie allein können. Wann Sie einen Platz brauchen.
consent-shared-second = Dann: Sie wählen eine Klinik. Nur diese Klinik bekommt Ihren Namen und Ihre Befunde. Dafür fragen wir Sie noch einmal.
consent-shared-third = Ihre Krankenkasse oder Ihre Rentenversicherung bekommt, was sie für die Zusage braucht. Ihr Hausarzt oder Ihr Pflegedienst bekommt, was er für Ihre Hilfe braucht. Sonst bekommt niemand etwas.
consent-free-title = Sie bestimmen
consent-free = Sie müssen nicht Ja sagen. Wir behandeln Sie immer gleich gut.
consent-free-withdraw = Sie können Ihr Ja immer zurücknehmen. Sie brauchen keinen Grund. Das geht hier mit einem Knopf.
consent-free-stay = Was vorher passiert ist, war erlaubt. Was eine Klinik schon hat, können wir nicht zurückholen. Wir sagen der Klinik: Löschen Sie das.
consent-decide-title = Ja oder Nein?
consent-statement = Ich habe alles gelesen. Ich sage Ja: Das Krankenhaus darf für mich Kliniken, Ärzte, Pflegedienste und meine Versicherung fragen. Es darf ihnen die Daten geben, die sie brauchen. So wie es oben steht.
consent-give = Ja, das dürfen Sie
consent-refuse-what = Wenn Sie Nein sagen, fragen wir niemanden. Sie können später immer noch Ja sagen.
consent-refuse = Nein, das möchte ich nicht
consent-missing = Bitte drücken Sie auf Ja oder auf Nein.
consent-drafted = Sie haben sich gerade neu angemeldet. Bitte drücken Sie jetzt noch einmal.
consent-withdraw-title = Das Ja zurücknehmen
consent-withdraw-what = Sie brauchen keinen Grund. Danach fragen wir keine Klinik mehr.
consent-ends-nothing = Im Moment fragen wir keine Klinik.
consent-ends = Dann hört auch das auf: die Fragen und Zusagen bei { $clinics }. Wir sagen es diesen Kliniken. Ein Platz für Sie ist dann wieder frei.
consent-withdraw-button = Mein Ja zurücknehmen

## Angebote
choice-list-title = Kliniken und Angebote
choice-list-none = Wir haben noch keine Klinik gefragt.
choice-list-offers = Diese Kliniken können Sie wählen
choice-list-offers-what = Diese Kliniken haben einen Platz für Sie. Sehen Sie sich alles in Ruhe an. Sie können eine Klinik wählen.
choice-list-no-offers = Im Moment können Sie keine Klinik wählen.
choice-list-clinic = Klinik
choice-list-distance = Wie weit?
choice-list-date = Ab wann?
choice-list-room = Zimmer
choice-list-therapies = Therapien
choice-list-until = Der Platz ist frei bis
choice-list-answered = Antwort vom
choice-list-km = { $km } Kilometer (gerade Linie)
choice-list-unknown = wissen wir nicht
choice-list-late = Das ist später als 14 Tage nach dem Krankenhaus. Bitte sprechen Sie mit dem Sozialdienst.
choice-list-choose = Diese Klinik wählen …
choice-list-choose-which = { $clinic } wählen …
choice-list-print = Sie können diese Seite drucken. Die Schrift ist dann groß.
choice-list-from-home = So weit ist es von Ihrem Zuhause. Gemessen als gerade Linie. Die Fahrt ist länger.
choice-list-from-house = So weit ist es von diesem Krankenhaus. Gemessen als gerade Linie. Die Fahrt ist länger.
choice-list-chosen = Ihre Klinik
choice-list-open = Noch keine Antwort
choice-list-asked = gefragt am { $at }
choice-list-question = fragt noch etwas; wir antworten
choice-list-over = Das geht nicht oder ist vorbei
choice-list-declined = hat Nein gesagt: { $reason }
choice-list-declined-plain = hat Nein gesagt
choice-list-ended = Das Angebot ist vorbei.
choice-list-gone = Der Platz war nicht mehr frei.
choice-list-withdrawn = Wir fragen dort nicht mehr
choice-list-cancelled = hat den Platz wieder abgesagt
choice-list-not-confirmed = Gewählt. Die Klinik muss noch Ja sagen
choice-list-confirmed = Die Klinik hat Ja gesagt
choice-list-accepted = Sie können in die Klinik kommen
choice-list-map = Karte
choice-list-map-place = Auf der Karte ansehen: { $place }
choice-list-map-home = Zuhause
choice-list-map-house = Krankenhaus
choice-list-map-scale = { $km } km
choice-list-map-source = Orte und Umriss: GeoNames, CC BY 4.0. Der Umriss von Bayern stimmt nur ungefähr.

## Wählen
choice-title = { $clinic } wählen
choice-facts = Das bietet die Klinik
choice-department = Abteilung
choice-who-title = Wer weiß dann was?
choice-who-now = Jetzt erfährt die Klinik nur: Jemand hat sie gewählt. Ihren Namen sagen wir noch nicht.
choice-who-then = Wenn { $clinic } Ja sagt, bekommt diese Klinik:
choice-who-person = Ihren Namen, Geburtstag, Adresse und Telefon, Ihre Versicherung und einen Menschen, den man anrufen kann
choice-who-medical = was Sie haben, Ihre Operationen und was für die Reha wichtig ist
choice-who-documents = Papiere, die Ihr Arzt oder Ihre Ärztin freigibt. Bei uns liegen: { $titles }
choice-who-documents-none = Papiere, die Ihr Arzt oder Ihre Ärztin freigibt. Im Moment liegen hier keine.
choice-who-documents-unseen = { $count ->
    [one] Hier liegt ein Papier. Ihr Arzt oder Ihre Ärztin hat es Ihnen noch nicht gezeigt. Auch dieses Papier kann mitgehen.
   *[other] Hier liegen { $count } Papiere. Ihr Arzt oder Ihre Ärztin hat sie Ihnen noch nicht gezeigt. Auch diese Papiere können mitgehen.
  }
choice-others = Zu diesen Kliniken sagen wir dann Nein: { $clinics }. Sie wissen Ihren Namen nicht.
choice-others-none = Wir fragen gerade keine andere Klinik.
choice-statement = Ich wähle { $clinic }. Das Krankenhaus darf dieser Klinik die Daten und Papiere geben, wenn sie Ja sagt. Ich muss das nicht erlauben. Ich kann es immer zurücknehmen.
choice-button = Ja, ich wähle diese Klinik
choice-not-now = Zurück zu allen Kliniken
choice-drafted = Sie haben sich gerade neu angemeldet. Bitte drücken Sie jetzt noch einmal.
choice-ended = Dieses Angebot gibt es nicht mehr. Sie haben nichts falsch gemacht. Es ist nichts passiert.
choice-changed = Die Klinik hat das Angebot geändert. Es ist noch nichts passiert. Bitte sehen Sie sich das neue Angebot an.
choice-gone = Der Platz ist nicht mehr frei.
choice-other-chosen = Sie haben schon eine Klinik gewählt: { $clinic }. Möchten Sie lieber diese hier? Dann geben Sie erst den anderen Platz zurück.
choice-late = Diese Reha fängt später als 14 Tage nach dem Krankenhaus an. Dafür braucht es einen Grund. Bitte rufen Sie uns an.
choice-not-open = Diese Klinik können Sie im Moment nicht wählen.
choice-again = Noch einmal fragen
choice-again-what = Wir fragen die Klinik noch einmal. Ihren Namen sagen wir wieder nicht.
choice-again-failed = Das hat nicht geklappt. Bitte rufen Sie uns an.
choice-withdraw-title = Doch nicht: { $clinic }
choice-withdraw-early = Die Klinik hat Sie noch nicht aufgenommen. Der Platz wird wieder frei. Die Klinik darf von uns nichts mehr bekommen. Andere Kliniken können Sie danach wählen.
choice-withdraw-late = Die Klinik hat schon Ja gesagt. Wenn Sie jetzt absagen, bekommt ein anderer Mensch den Platz. Wir müssen neu suchen. Ihre Reha kann dann später anfangen. Die Klinik muss Ihre Papiere löschen.
choice-withdraw-span = Ihre Reha soll spätestens am { $last } anfangen. Neu suchen kann länger dauern.
choice-withdraw-now = Der Platz wird dann wieder frei. Die Klinik darf von uns nichts mehr bekommen.
choice-withdraw-button = Ja, ich will doch nicht
choice-withdraw-keep = Nein, ich bleibe dabei

## Jemand handelt für Sie
consent-by = Das hat { $who } entschieden.

# Kliniken, die am Telefon antworten
choice-phone-title = Kliniken am Telefon
choice-phone-mark = am Telefon
choice-phone-what = Diese Kliniken haben wir mit einem Fax gefragt. Wollen Sie so einen Platz? Dann sagen Sie es dem Sozialdienst. Sie unterschreiben auf Papier.
choice-phone-look = Plätze ansehen
choice-phone-offer = Platz frei ab { $day }
choice-phone-chosen = Das haben Sie gewählt, ab { $day }
choice-phone-waiting = Noch keine Antwort
choice-phone-told = Am Telefon gesagt am { $moment }
choice-phone-chosen-text = Die Klinik hat am Telefon Ja gesagt. Wollen Sie doch nicht dorthin? Dann sagen Sie es dem Sozialdienst.
choice-phone-story-asked = Wir haben { $clinic } mit einem Fax gefragt. Ihr Name stand nicht darin.
choice-phone-story-offered = { $clinic } hat am Telefon einen Platz angeboten.
choice-phone-story-declined = { $clinic } hat am Telefon Nein gesagt.
choice-phone-story-chosen = Sie haben { $clinic } gewählt.
choice-phone-story-left = Sie wollen nicht mehr zu { $clinic }.
choice-phone-story-named = Wir haben Ihre Unterlagen an { $clinic } gefaxt. Das steht darin: Ihr Name. Ihr Geburtstag. Ihre Versicherten-Nummer, wenn wir sie haben. Und der Tag, an dem Sie kommen: { $day }.
choice-phone-arrived = Sie sind dort angekommen

## Was jetzt zu tun ist
journey-pages = Mehr Seiten
journey-consent-title = Dürfen wir Ihnen helfen? Bitte lesen Sie das. Dann entscheiden Sie.
journey-consent-text = Wir möchten Ihnen nach dem Krankenhaus helfen. Das dürfen wir nur, wenn Sie Ja sagen.
journey-consent-button = Jetzt lesen
journey-consent-again = Noch einmal ansehen
journey-refused-title = Sie möchten unsere Hilfe nicht.
journey-refused-text = Das ist in Ordnung. Sie müssen nichts tun. Sie können später immer noch Ja sagen.
journey-taken-back-title = Sie haben Ihr Ja zurückgenommen.
journey-taken-back-text = Wir fragen für Sie keine Klinik mehr. Sie können später wieder Ja sagen.
journey-wishes-title = Was ist Ihnen bei der Reha wichtig?
journey-wishes-text = Sie bestimmen mit: In welche Klinik kommen Sie? Schreiben Sie auf, was Sie sich wünschen. Und schreiben Sie, warum.
journey-wishes-button = Meine Wünsche aufschreiben
journey-searching-title = Wir suchen eine Klinik für Sie. Sie müssen nichts tun.
journey-searching-text = Der Sozialdienst kennt Ihre Wünsche. Bald fragen wir Kliniken. Dann steht es hier.
journey-waiting-title = { $clinics ->
    [one] Wir fragen gerade eine Klinik. Sie müssen nichts tun.
   *[other] Wir fragen gerade { $clinics } Kliniken. Sie müssen nichts tun.
}
journey-waiting-text = Noch keine Klinik kennt Ihren Namen. Wenn eine Klinik antwortet, steht es hier.
journey-searching-on-title = Bis jetzt hatte keine Klinik Platz. Wir suchen weiter.
journey-searching-on-text = Sie müssen nichts tun. Der Sozialdienst fragt noch mehr Kliniken. Wenn Sie etwas entscheiden müssen, ruft er Sie an.
journey-choose-title = { $offers ->
    [one] Eine Klinik hat einen Platz für Sie.
   *[other] { $offers } Kliniken haben einen Platz für Sie.
}
journey-choose-text = Bitte wählen Sie bis { $until }. So lange ist der Platz für Sie frei.
journey-choose-waiting = { $waiting ->
    [one] Eine andere Klinik hat noch nicht geantwortet.
   *[other] { $waiting } andere Kliniken haben noch nicht geantwortet.
}
journey-choose-button = Kliniken ansehen und wählen
journey-chosen-title = Das haben Sie gewählt: { $clinic }. Die Klinik muss noch Ja sagen.
journey-chosen-text = Das dauert meist ein paar Stunden. Sie müssen nichts tun.
journey-chosen-unreachable = Wir können die Klinik gerade nicht erreichen. Wir versuchen es immer wieder. Was Sie gewählt haben, ist gespeichert. Sie müssen nichts tun.
journey-confirmed-title = Die Klinik hat Ja gesagt: { $clinic }
journey-confirmed-text = Jetzt schicken wir Ihre Papiere dorthin. Sie müssen nichts tun.
journey-referred-title = Wir haben Ihre Papiere geschickt: { $clinic }
journey-referred-text = Die Klinik liest die Papiere. Dann sagt sie Ihnen fest zu. Sie müssen nichts tun.
journey-accepted-title = Sie können in die Klinik kommen: { $clinic }
journey-accepted-text = Wie kommen Sie dorthin? Was nehmen Sie mit? Darüber spricht der Sozialdienst mit Ihnen.
journey-arrived-title = Sie sind in der Klinik: { $clinic }
journey-arrived-text = Wir wünschen Ihnen gute Erholung. Sie müssen hier nichts tun.
journey-done-title = Ihre Reha ist zu Ende: { $clinic }
journey-done-text = Die Klinik hat uns einen Bericht geschickt. Haben Sie Fragen dazu? Dann fragen Sie Ihren Arzt oder Ihre Ärztin.
journey-ended-title = Wir suchen keine Reha mehr für Sie.
journey-ended-no-place = Keine Klinik hatte Platz für Sie. Der Sozialdienst hat am { $day } aufgehört zu suchen.
journey-ended-text = Der Sozialdienst hat am { $day } aufgehört zu suchen. Wir fragen keine Klinik mehr.
journey-ended-carer = Jetzt hilft Ihnen: { $name }. Die Telefonnummer ist: { $phone }.
journey-ended-help = Haben Sie Fragen? Dann rufen Sie uns an. Die Telefonnummer ist: { $phone }. Wir sind da: { $hours }.
journey-ended-see = Diese Kliniken haben wir gefragt
journey-day = An diesem Tag kommen Sie in die Klinik: { $day }
journey-day-open = Wir wissen den Tag noch nicht, an dem Sie in die Klinik kommen.
journey-change-mind = Ich möchte doch nicht
journey-span = Ihre Reha soll spätestens am { $last } anfangen. Das sind 14 Tage nach dem Krankenhaus. Sie verlassen das Krankenhaus am { $discharge }.
journey-span-excused = Sie verlassen das Krankenhaus am { $discharge }. Die Reha darf später als 14 Tage danach anfangen. Der Grund: { $reason }.

## Was schon passiert ist
journey-story-title = Das ist schon passiert
journey-story-agreed = Sie haben Ja gesagt: Wir dürfen Ihnen nach dem Krankenhaus helfen.
journey-story-refused = Sie haben Nein gesagt: Sie möchten unsere Hilfe nicht.
journey-story-took-back = Sie haben Ihr Ja zurückgenommen.
journey-story-wished = Sie haben Ihre Wünsche aufgeschrieben.
journey-story-inquiry = Wir haben { $clinic } gefragt. Ihren Namen haben wir nicht gesagt.
journey-story-questions = { $clinic } hat noch etwas gefragt.
journey-story-answers = Wir haben { $clinic } geantwortet.
journey-story-offer = { $clinic } hat einen Platz für Sie. Er ist frei ab { $day }.
journey-story-ended = Der Sozialdienst hat aufgehört zu suchen.
journey-story-offer-ended = Das Angebot von { $clinic } ist vorbei.
journey-story-declined = { $clinic } hat Nein gesagt. Der Grund: { $reason }.
journey-story-choice = Sie haben { $clinic } gewählt.
journey-story-confirmed = { $clinic } hat Ja gesagt.
journey-story-gone = Der Platz bei { $clinic } ist nicht mehr frei.
journey-story-referral = Wir haben { $clinic } Ihren Namen und Ihre Befunde geschickt.
journey-story-handoff = Wir haben { $clinic } Papiere geschickt.
journey-story-opened = { $clinic } hat Ihre Papiere geöffnet.
journey-story-accepted = { $clinic } sagt: Sie können kommen. Der Tag ist: { $day }.
journey-story-not-taken = { $clinic } kann Sie doch nicht aufnehmen. Der Grund: { $reason }. Die Klinik hat Ihre Daten gelöscht.
journey-story-date = { $clinic } hat den Tag geändert. Der neue Tag ist: { $day }.
journey-story-date-wished = Wir haben { $clinic } um einen anderen Tag gebeten: { $day }.
journey-story-payer = Ihre Kasse hat entschieden: { $decision }.
journey-story-arrived = Sie sind bei { $clinic } angekommen.
journey-story-arrival-corrected = { $clinic } hat den Tag von Ihrer Ankunft verbessert. Der richtige Tag ist: { $day }.
journey-story-did-not-come = { $clinic } sagt: Sie sind nicht gekommen.
journey-story-report = { $clinic } hat uns den Bericht geschickt.
journey-story-withdrawn = Wir fragen { $clinic } nicht mehr. Der Grund: { $reason }.
journey-story-cancelled = { $clinic } hat den Platz wieder abgesagt. Der Grund: { $reason }.
journey-story-by = { $what } (Das hat { $who } gemacht.)
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

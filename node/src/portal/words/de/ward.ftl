# Was die Seiten sagen: Deutsch. Hier: die Seite einer Patientin, wie Station und Ärzte sie lesen.

ward-next = Was als Nächstes kommt
ward-no-case = Für die Zeit nach dem Krankenhaus ist noch nichts angelegt.
ward-owner = Darum kümmert sich: { $who }
ward-facts = So steht es
ward-discharge = Entlassung
ward-open = noch offen
ward-begin-by = Reha-Beginn spätestens
ward-plan-full = Vollständig, Stand { $at }
ward-plan-part = Angefangen, es fehlt noch etwas. Stand { $at }
ward-place = Gewählte Klinik
ward-place-none = Noch keine
ward-chosen = { $clinic }: { $state }.
ward-admission = Tag der Aufnahme: { $day }
ward-messages-none = Keine
ward-messages = { $count ->
    [one] Ein Gespräch.
   *[other] { $count } Gespräche.
}
ward-messages-waiting = Eines wartet auf Antwort seit { $at }.
ward-wishes = Wünsche
ward-clinics = Gefragte Kliniken
ward-phone = { $clinic } (telefonisch)
ward-phone-open = per Fax gefragt, noch keine Antwort
ward-phone-offer = Platz ab { $day }
ward-phone-declined = kein Platz
ward-documents = Unterlagen
ward-documents-none = Noch keine.
ward-story = Was bis jetzt geschah
ward-story-agreed = Einwilligung in das Entlassmanagement gegeben
ward-story-refused = Entlassmanagement abgelehnt
ward-story-took-back = Einwilligung zurückgenommen
ward-story-wished = Wünsche aufgeschrieben
ward-story-by = { $text } (von { $who })
ward-story-to = { $what }: an { $clinic }
ward-story-from = { $what }: von { $clinic }
ward-threads = Gespräche, die Sie lesen dürfen
ward-story-fax = Per Fax gefragt: { $clinic }
ward-story-phone-offered = Platz am Telefon angeboten: { $clinic }
ward-story-phone-declined = Am Telefon abgesagt: { $clinic }
ward-story-phone-chosen = Gewählt (telefonisch): { $clinic }
ward-story-phone-left = Wahl zurückgenommen (telefonisch): { $clinic }
ward-story-phone-named = Mit Namen gefaxt, Aufnahme am { $day }: { $clinic }
ward-story-phone-payer = Entscheidung des Kostenträgers am { $day }: { $decision } ({ $clinic })
ward-story-phone-arrived = Angekommen am { $day } (telefonisch gemeldet): { $clinic }
ward-story-phone-absent = Nicht angekommen am { $day } ({ $reason }; telefonisch gemeldet): { $clinic }
ward-story-ended = Der Sozialdienst hat den Fall beendet.

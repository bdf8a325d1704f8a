# Was die Seiten sagen: Deutsch. Hier: was über eine Person eingetragen ist.

entry-title = Angaben zur Person
entry-further = Weitere Angaben (freiwillig, auch später)
entry-further-what = Bei einer Überweisung bekommt die gewählte Klinik diese Angaben. Mit der Postleitzahl rechnen wir aus, wie weit eine Klinik entfernt ist. Wo Sie etwas eintragen, füllen Sie bitte den ganzen Abschnitt aus.
entry-group = { $group ->
    [person] Person und Anschrift
    [insurance] Versicherung
    [contact] Wen dürfen wir anrufen?
   *[representative] Wer entscheidet, wenn die Person es selbst nicht kann?
  }
entry-label = { $field ->
    [family] Familienname
    [given] Vorname
    [birth] Geburtsdatum
    [phone] Telefon (freiwillig)
    [case_number] Fallnummer (freiwillig)
    [gender] Geschlecht
    [street] Straße und Hausnummer
    [postal_code] Postleitzahl
    [city] Ort
    [kvnr] Versichertennummer
    [insurance] Art der Versicherung
    [payer] Kennnummer der Kasse (IK)
    [contact_name] Name der Ansprechperson
    [contact_relation] Was sie für die Person ist
    [contact_phone] Telefon der Ansprechperson
    [representative_name] Name der Vertretung
    [representative_phone] Telefon der Vertretung
    [representative_basis] Grundlage
   *[other] Angabe
  }
entry-hint = { $field ->
    [birth] Tag, Monat und Jahr, zum Beispiel 3.4.1951
    [kvnr] Auf der Gesundheitskarte: ein Buchstabe und neun Ziffern
    [payer] Auf der Gesundheitskarte: neun Ziffern
    [contact_relation] Zum Beispiel Tochter oder Nachbar
   *[other] {""}
  }
entry-wrong = { $field ->
    [family] Bitte geben Sie den Familiennamen an, höchstens 120 Zeichen.
    [given] Bitte geben Sie den Vornamen an, höchstens 120 Zeichen.
    [birth] Bitte geben Sie Tag, Monat und Jahr an, zum Beispiel 3.4.1951. Der Tag darf nicht in der Zukunft liegen.
    [phone] Bitte geben Sie die Nummer mit Ziffern, Leerzeichen und + - / ( ) an, höchstens 32 Zeichen.
    [case_number] Eine Fallnummer hat 1 bis 32 Buchstaben, Ziffern oder die Zeichen - / .
    [gender] Bitte wählen Sie aus der Liste.
    [street] Bitte geben Sie Straße und Hausnummer an, höchstens 120 Zeichen.
    [postal_code] Bitte geben Sie die Postleitzahl an, zum Beispiel 89264.
    [city] Bitte geben Sie den Ort an, höchstens 120 Zeichen.
    [kvnr] Eine Versichertennummer hat einen Buchstaben und neun Ziffern, zum Beispiel X110411675.
    [insurance] Bitte wählen Sie aus der Liste.
    [payer] Die Kennnummer hat neun Ziffern, zum Beispiel 108310400.
    [contact_name] Bitte geben Sie den Namen an, höchstens 120 Zeichen.
    [contact_relation] Bitte schreiben Sie, was sie für die Person ist, zum Beispiel Tochter.
    [contact_phone] Bitte geben Sie die Telefonnummer mit Ziffern, Leerzeichen und + - / ( ) an, höchstens 32 Zeichen.
    [representative_name] Bitte geben Sie den Namen an, höchstens 120 Zeichen.
    [representative_phone] Bitte geben Sie die Telefonnummer mit Ziffern, Leerzeichen und + - / ( ) an, höchstens 32 Zeichen.
    [representative_basis] Bitte wählen Sie, worauf die Vertretung beruht.
   *[other] Bitte prüfen Sie diese Angabe.
  }
entry-kvnr-digit = Die letzte Ziffer passt nicht zu den anderen Zeichen. Bitte vergleichen Sie die Nummer mit der Karte.
entry-payer-digit = Die letzte Ziffer passt nicht zu den anderen. Bitte vergleichen Sie die Nummer mit der Karte.
entry-kvnr-taken = Diese Versichertennummer ist schon bei einer anderen Person eingetragen. Bitte suchen Sie nach Name oder Geburtsdatum.
entry-case-taken = Diese Fallnummer ist schon bei einer anderen Person eingetragen. Bitte suchen Sie danach.
entry-changed = Jemand anderes hat die Angaben geändert, seit Sie diese Seite geöffnet haben. Unten steht, was Sie eingetragen haben. Sehen Sie in einem zweiten Fenster nach, was jetzt gilt. Wenn Sie dann speichern, gilt, was hier steht.
entry-gender = { $word ->
    [female] weiblich
    [male] männlich
    [other] divers
   *[unknown] nicht bekannt
  }
entry-insurance = { $word ->
    [GKV] gesetzlich krankenversichert
    [PKV] privat krankenversichert
    [BEI] Beihilfe
    [BG] gesetzliche Unfallversicherung (BG)
    [SEL] zahlt selbst
    [SOZ] Sozialamt
    [GPV] gesetzliche Pflegeversicherung
   *[PPV] private Pflegeversicherung
  }
entry-basis = { $word ->
    [court] rechtliche Betreuung (vom Gericht)
    [proxy] Vorsorgevollmacht
    [spouse] Notvertretung durch Ehegatten
   *[parent] Sorgerecht
  }
entry-fact = { $field ->
    [gender] Geschlecht
    [address] Anschrift
    [phone] Telefon
    [case_number] Fallnummer
    [kvnr] Versichertennummer
    [insurance] Versicherung
    [payer] Kennnummer der Kasse (IK)
    [contact] Ansprechperson
   *[representative] Vertretung
  }
entry-missing = Für eine Überweisung fehlt noch: { $names }.
entry-change = Angaben ändern
entry-fill = Angaben ergänzen

# What the pages say: English. Here: what is entered about a person.

entry-title = About the person
entry-further = Further details (optional, later too)
entry-further-what = With a referral the chosen clinic gets these details. From the postal code we work out how far away a clinic is. Where you enter something, please fill in the whole section.
entry-group = { $group ->
    [person] Person and address
    [insurance] Insurance
    [contact] Whom may we call?
   *[representative] Who decides if the person cannot?
  }
entry-label = { $field ->
    [family] Family name
    [given] Given name
    [birth] Date of birth
    [phone] Telephone (optional)
    [case_number] Case number (optional)
    [gender] Gender
    [street] Street and number
    [postal_code] Postal code
    [city] Town
    [kvnr] Insurance number
    [insurance] Kind of insurance
    [payer] Number of the insurer (IK)
    [contact_name] Name of the contact
    [contact_relation] How they are related
    [contact_phone] Telephone of the contact
    [representative_name] Name of the representative
    [representative_phone] Telephone of the representative
    [representative_basis] By what right
   *[other] Detail
  }
entry-hint = { $field ->
    [birth] Day, month and year, such as 3.4.1951
    [kvnr] On the health card: one letter and nine digits
    [payer] On the health card: nine digits
    [contact_relation] Such as daughter or neighbour
   *[other] {""}
  }
entry-wrong = { $field ->
    [family] Please enter the family name, at most 120 characters.
    [given] Please enter the given name, at most 120 characters.
    [birth] Please enter day, month and year, such as 3.4.1951. The day must not lie in the future.
    [phone] Please enter the number with digits, spaces and + - / ( ), at most 32 characters.
    [case_number] A case number has 1 to 32 letters, digits or the characters - / .
    [gender] Please choose from the list.
    [street] Please enter street and number, at most 120 characters.
    [postal_code] Please enter the postal code, such as 89264.
    [city] Please enter the town, at most 120 characters.
    [kvnr] An insurance number has one letter and nine digits, such as X110411675.
    [insurance] Please choose from the list.
    [payer] The insurer's number has nine digits, such as 108310400.
    [contact_name] Please enter the name, at most 120 characters.
    [contact_relation] Please write how they are related, such as daughter.
    [contact_phone] Please enter the telephone number with digits, spaces and + - / ( ), at most 32 characters.
    [representative_name] Please enter the name, at most 120 characters.
    [representative_phone] Please enter the telephone number with digits, spaces and + - / ( ), at most 32 characters.
    [representative_basis] Please choose what the representation rests on.
   *[other] Please check this detail.
  }
entry-kvnr-digit = The last digit does not fit the other characters. Please compare the number with the card.
entry-payer-digit = The last digit does not fit the others. Please compare the number with the card.
entry-kvnr-taken = This insurance number is entered for another person already. Please search by name or date of birth.
entry-case-taken = This case number is entered for another person already. Please search for it.
entry-changed = Somebody else has changed these details since you opened this page. Below stands what you entered. Look in a second window at what holds now. If you save then, what stands here holds.
entry-gender = { $word ->
    [female] female
    [male] male
    [other] other
   *[unknown] not known
  }
entry-insurance = { $word ->
    [GKV] statutory health insurance
    [PKV] private health insurance
    [BEI] state allowance (Beihilfe)
    [BG] statutory accident insurance (BG)
    [SEL] pays for themselves
    [SOZ] social welfare
    [GPV] statutory care insurance
   *[PPV] private care insurance
  }
entry-basis = { $word ->
    [court] legal guardian (by a court)
    [proxy] health-care proxy
    [spouse] emergency representation by the spouse
   *[parent] parental custody
  }
entry-fact = { $field ->
    [gender] Gender
    [address] Address
    [phone] Telephone
    [case_number] Case number
    [kvnr] Insurance number
    [insurance] Insurance
    [payer] Number of the insurer (IK)
    [contact] Contact
   *[representative] Representative
  }
entry-missing = For a referral this is still missing: { $names }.
entry-change = Change details
entry-fill = Add details

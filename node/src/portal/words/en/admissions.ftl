# Admissions of a rehab clinic: inquiries, answers, free places, documents.

## Inbox
admissions-title = Inquiries
admissions-ended-title = Closed inquiries
admissions-none = There is no inquiry at the moment. New ones appear here.
admissions-list-more = There are more open inquiries. Here are the { $count } in which something is to be done first.
admissions-ended-more = Here are the { $count } inquiries that were closed last. There are older ones too.
admissions-ended-none = No inquiry is closed yet.
admissions-to-inbox = To the inquiries
admissions-to-ended = Closed inquiries
admissions-door = { $new ->
    [0] Inquiries
   *[other] Inquiries ({ $new } new)
  }
admissions-group = { $group ->
    [ours] Waiting for your answer
    [agreed] Agreed and in treatment
    [theirs] Waiting for the other clinic
   *[over] Closed
  }
admissions-line = { $department } · { $age } · from { $earliest }
admissions-line-agreed = { $department } · admission on { $date }
admissions-papers-only = Documents without an inquiry
admissions-from = From { $clinic }
admissions-waits = waiting for { $span }
admissions-minutes = { $count ->
    [one] one minute
   *[other] { $count } minutes
  }
admissions-hours = { $count } hours
admissions-days = { $count ->
    [one] 1 day
   *[other] { $count } days
  }
admissions-span-days = { $count } days
admissions-until = due by { $moment }
admissions-late = overdue since { $moment }
admissions-to-patient = To the person
admissions-wished = The other clinic wishes admission on { $day }.
admissions-call = Please call
admissions-step = { $step ->
    [requested] New inquiry
    [asked] Question asked, answer outstanding
    [offered] Place offered and held
    [chosen] Your place was chosen, to be confirmed
    [confirmed] Place confirmed, referral outstanding
    [referred] The referral with the name is here
    [accepted] Admission agreed
    [admitted] Arrived, in treatment
    [handed] Documents are here
    [completed] Closed
    [declined] Declined
    [gone] Place was no longer free
    [refused] Declined after reading, everything erased
    [withdrawn] Withdrawn by the asking clinic
    [cancelled] Cancelled by your clinic
    [did-not-come] Did not arrive
   *[other] { $step }
  }
admissions-reason = Reason: { $reason }
admissions-trouble = { $code ->
    [undeliverable] A message could not be delivered. Call the other clinic.
    [contradiction] The other clinic has contradicted itself. Settle with it what counts.
    [restored] After a restore it is not certain what was agreed. Settle it with the other clinic.
    [rejected] The other clinic could not take a message. Call it.
   *[other] Settle with the other clinic where this stands ({ $code }).
  }

## One inquiry
admissions-more = What else you can do
admissions-facts-title = What the inquiry says
admissions-questions-title = Questions and answers
admissions-offer-title = Your offer
admissions-history-title = History
admissions-papers-title = Documents
admissions-referral-title = Referral
admissions-read-again = Read the referral
admissions-to-decide = On to the inquiry
admissions-note = What the clinic writes
admissions-erased = What the other clinic told was erased here on { $moment }.
admissions-unanswered = no answer yet
admissions-yes = yes
admissions-age = { $band } years
admissions-sex = { $sex ->
    [female] female
    [male] male
   *[other] diverse or not stated
  }
admissions-variant = { $variant ->
    [rehab] Follow-on rehabilitation
   *[transfer] Transfer
  }
admissions-operation = { $operation }, { $side }, week of { $week }
admissions-earliest = { $days ->
    [0] { $day }
    [one] { $day }, or 1 day later
   *[other] { $day }, or up to { $days } days later
  }
admissions-region = Postal codes { $digits }…
admissions-basis-consent = The asking clinic holds the consent
admissions-field = { $field ->
    [variant] Kind
    [department] Department
    [indication] Indication
    [icd] Diagnosis (ICD-10)
    [operation] Operation
    [age] Age
    [sex] Sex
    [gender] Sex
    [earliest] Earliest
    [setting] Treatment
    [constraints] Special needs
    [singer] Independence (SINGER)
    [barthel] Barthel index
    [mobility] Mobility
    [weight-bearing] Weight bearing
    [travel] Ability to travel
    [transport] Transport
    [single-room] Single room wished
    [companion] Companion
    [diet] Diet
    [language] Language
    [region] Region
    [payer] Payer
    [approval] Approval
    [urgency] Urgency
    [basis] Basis
    [rare] Rare details confirmed
    [answer-by] Answer wanted until
    [date] Day of admission
    [wished] Wished by the other clinic
    [stay] Length
    [held] Held until
    [room] Room
    [therapies] Therapies
    [payer-decided] The payer's decision
    [born] Born
    [kvnr] Insurance number
    [address] Address
    [phone] Telephone
    [contact] Relatives or guardian
    [diagnoses] Diagnoses
    [procedures] Procedures
    [discharge] Discharge from hospital
    [exception] Reason for a later AHB
    [release] Release
    [staff] Whom to call
   *[other] { $field }
  }
admissions-release-consent = Consent of { $day } ({ $version })
admissions-release-necessity = { $reason }, answered for by { $physician }
admissions-by = { $side ->
    [us] your clinic
   *[them] other clinic
  }
admissions-said = { $kind ->
    [inquiry] Inquiry
    [question] Question
    [answer] Answer to the question
    [offer] Offer
    [offer-ended] Offer ended
    [decline] Declined
    [choice] Offer chosen
    [confirm] Place confirmed
    [gone] Place no longer free
    [referral] Referral with the name
    [handoff] Documents
    [opened] Opened
    [filed] Put into the record
    [accept] Admission agreed
    [refuse] Declined after reading, and erased
    [date-change] Another day
    [payer-decision] The payer's decision
    [arrived] Arrived
    [arrived-again] Day of arrival corrected
    [did-not-come] Did not arrive
    [report] Report
    [withdraw] Withdrawn
    [cancel] Cancelled
    [erased] Erased
    [reopened] Refusal taken back
   *[other] { $kind }
  }
admissions-received = received { $moment }
admissions-delivered = delivered { $moment }
admissions-not-delivered = not delivered yet
admissions-not-taken = not accepted
admissions-paper-gone = Erased document
admissions-paper-state = { $state ->
    [held] verified and complete
    [arriving] on its way
    [delayed] on its way, will be tried again
    [failed] did not arrive
    [withdrawn] taken back by its sender
   *[erased] erased
  }

## What can be done
admissions-act = { $act ->
    [settle] Settled with the other clinic
    [referral] Open the referral
    [offer] Offer a place
    [offer-again] Change the offer
    [confirm] Confirm the place
    [accept] Agree the admission
    [arrived] Arrived
    [arrived-again] Correct the day of arrival
    [report] Send the report
    [report-again] Send a further report
    [ask] Ask a question
    [decline] Decline
    [take-back] Take the offer back
    [gone] Place is no longer free
    [refuse] Decline and erase
    [no-show] Did not arrive
    [date] Change the day of admission
    [payer] The payer's decision
    [filed] Put into the record
    [reopen] Reopen
   *[cancel] Cancel
  }
admissions-act-what = { $act ->
    [settle] Have you talked to the other clinic and settled where this stands? Then the note goes away.
    [referral] The referral holds name and diagnoses. Opening it is recorded, and the other clinic sees it.
    [offer] The place is kept free for this time and promised to nobody else.
    [offer-again] The new offer replaces the present one.
    [confirm] Once confirmed, the place is certain. The other clinic then sends the referral with the name.
    [accept] The person is entered into your records as the referral describes them.
    [arrived] The other clinic learns that the person has arrived.
    [arrived-again] Was a wrong day entered? The other clinic and the person then see the right one. After the report it can no longer be changed. If the wrong person was entered, please call the other clinic.
    [report] Send the discharge report to the asking clinic, or say why there is none.
    [report-again] Did anything come after the report, such as a laboratory result? Send it here.
    [ask] Choose what you must know. The other clinic answers with fixed answers.
    [decline] This ends the inquiry. The other clinic learns the reason.
    [take-back] The held place becomes free again. The inquiry stays open.
    [gone] This ends the inquiry. The other clinic goes on searching.
    [refuse] Everything you received about this person is erased here, the documents too. The other clinic gets a confirmation. Nothing brings it back.
    [no-show] This ends the inquiry, and the place becomes free again.
    [date] The other clinic learns the new day at once.
    [payer] The other clinic learns the decision if it does not know it yet.
    [filed] The other clinic learns that the documents are in the record.
    [reopen] The other clinic learns that it can ask again. You promise no place by it.
   *[cancel] This ends what was agreed, and the place becomes free again. It is best to call the other clinic, too.
  }
admissions-act-button = { $act ->
    [settle] It is settled
    [referral] Open the referral
    [offer] Offer the place
    [offer-again] Send the new offer
    [confirm] Confirm the place
    [accept] Agree the admission
    [arrived] Has arrived
    [arrived-again] Correct the day
    [report] Send the report
    [report-again] Send it, too
    [ask] Send the question
    [decline] Send the refusal
    [take-back] Take the offer back
    [gone] Say: no longer free
    [refuse] Decline and erase everything
    [no-show] Say: did not arrive
    [date] Send the new day
    [payer] Send the decision
    [filed] It is in the record
    [reopen] Reopen
   *[cancel] Send the cancellation
  }
admissions-label = { $field ->
    [date] Day of admission
    [hold] Held until
    [room] Room
    [stay] Length in days
    [department] Department
    [therapy] Therapies
    [question] Questions
    [reason] Reason
    [exception] Reason for a later AHB
    [decision] Decision
    [decided] Decided on
    [on] Arrived on
    [discharged] Discharged on
    [document] Documents of the report
    [consent] Where is the signed consent kept?
    [missing] Why there is no report
   *[other] { $field }
  }
admissions-day-hint = For example 3.12.2026
admissions-exception-hint = Only if more than 14 days pass after the discharge.
admissions-choose = { $field ->
    [exception] none
    [missing] there is a report
   *[other] Please choose
  }
admissions-hold = { $moment } ({ $hours } hours)
admissions-auto = Confirm at once if the offer is chosen within this time
admissions-report-add = First put the report into the record
admissions-report-consent = Only if it is not recorded yet that the report may go to { $clinic }. For example: paper record, shelf 3

## What stands in the way
admissions-fault = { $code ->
    [full] No place is left on this day. Choose another day or department, or decline.
    [not-stated] No free places are stated for this day. Choose another day, or state the places under “Free places”.
    [ahb-late] The day is more than 14 days after the discharge. Choose an earlier day, or give the reason.
    [consent-missing] It is not recorded that the report may go to this clinic. If the signed consent is there, write where.
    [ended] The inquiry has ended meanwhile. Nothing was sent. Below is how it stands now.
    [offer-ended] The offer no longer stands. Nothing was sent. Below is how it stands now.
    [superseded] The other clinic has changed the day meanwhile. Nothing was sent. Below is how it stands now.
    [out-of-turn] Things have changed meanwhile. Nothing was sent. Below is how it stands now.
    [no-offer] The offer no longer stands. Nothing was sent. Below is how it stands now.
    [no-referral] The referral is no longer there. Nothing was sent. Below is how it stands now.
    [repeat] This has been done already. Nothing was sent a second time.
    [undeliverable] The other clinic is no longer a member. Please call it.
    [too-long] Too many messages were exchanged in this inquiry. Please call the other clinic.
    [unavailable] This cannot be done now: the server's clock, the network or the member list is not right. Nothing was sent. Your IT sees the cause.
    [invalid] These details do not fit together. Please check them. Nothing was sent.
   *[other] This cannot be done now ({ $code }). Nothing was sent.
  }
admissions-wrong = { $what ->
    [day] Please give a day, for example 3.12.2026.
    [past] This day is over. Please take today or a later day.
    [future] This day is still to come. Please take today or an earlier day.
    [choice] Please choose something.
    [stay] Please give 1 to 180 days.
    [questions] Please tick at least one question.
    [too-many] These are too many at once.
    [report] Tick a document, or say why there is no report.
   *[report-both] Either a document, or the reason why there is none.
  }

## Looking at documents
admissions-paper-missing-title = This document cannot be shown
admissions-paper-missing = { $code ->
    [arriving] It is still on its way. Please try again in a few minutes.
    [failed] It did not arrive. Ask the other clinic to send it again.
    [withdrawn] Its sender took it back before it was here. Ask there.
    [erased] It was erased here, and nothing brings it back.
    [damaged] The stored file is damaged or missing. Your IT finds more in the log.
   *[other] This cannot be done now ({ $code }).
  }

## Free places
capacity-title = Free places
capacity-what = Other clinics see these numbers, less the places that are held. Please confirm them once a day.
capacity-renew = All of it is still right
capacity-none = No department of your clinic is stated yet. Add the first one below, or have your IT read all of them in.
capacity-beds = { $beds } beds
capacity-state = { $age ->
    [fresh] Confirmed on { $moment }
    [stale] Last confirmed on { $moment }, please check
   *[expired] Last confirmed on { $moment }, no longer found
  }
capacity-until = Stated until { $day }.
capacity-until-none = Nothing is stated for the next days.
capacity-legend = Free places on each day: { $department }
capacity-day = { $weekday ->
    [1] Mon { $day }
    [2] Tue { $day }
    [3] Wed { $day }
    [4] Thu { $day }
    [5] Fri { $day }
    [6] Sat { $day }
   *[7] Sun { $day }
  }
capacity-held = { $count } held
capacity-empty = Empty days at the end count as not stated, empty days in between as 0.
capacity-save = Save { $department }
capacity-wrong = Number from 0 to { $beds }
capacity-wrong-days = Please check: { $days } Possible is a number from 0 to { $beds }. Nothing was saved.
capacity-changed = Meanwhile it says { $now } here.
capacity-changed-none = Meanwhile nothing is stated here.
capacity-changed-days = Somebody else has changed these days meanwhile too: { $days } Please check them, and save once more. Nothing was saved.
capacity-refused = These numbers do not fit together. Nothing was saved.

## New department
department-title = New department
department-what = Other clinics find the department as soon as free places are stated for it.
department-facility = Facility
department-name = Name of the department
department-name-hint = For example: orthopaedics
department-name-wrong = Please give a short name without special characters or long numbers.
department-key = Department key
department-key-hint = Four digits after §301 SGB V, for example 2300
department-key-wrong = Please give four digits, for example 2300.
department-exists = A department is stated for this key already.
department-beds = Beds or treatment places
department-beds-wrong = Please give a number from 1 to { $most }.
department-indications-wrong = Please tick what the department treats. Otherwise nobody finds it.
department-list = { $list ->
    [indications] What it treats
    [settings] Kind of rehabilitation
    [constraints] What it can meet
    [payers] Payers with a contract
    [rooms] Rooms
   *[languages] Languages besides German
  }
department-save = Add the department

# What the pages say: English. Here: the social service and its cases.

## Cases
case-list = My cases
case-list-all = All open cases
case-list-mine = Only my cases
case-list-none = There is no open case here. Look a patient up and begin the follow-up care there.
case-title = Follow-up care
case-born = born { $date }
case-next = Next step
case-due = by { $when }
case-overdue = overdue since { $when }
case-owner = In charge: { $name }
case-open-rehab = Plan follow-on rehabilitation (AHB)
case-open-transfer = Plan a transfer to another hospital
case-open-what = For the time after the hospital
case-running = Running case
case-discharge = Discharge: { $date }
case-discharge-open = Discharge: not yet known
case-begin-by = The rehabilitation must begin by { $date } (14 days after discharge).
case-begin-late = Too late: the rehabilitation should have begun by { $date }. Enter the reason in the plan.
case-closed = This case is closed.

## What is next
case-next-call = Please call: a message to { $clinic } did not arrive, or something else needs a person.
case-next-call-short = Call the clinic
case-next-consent = Ask for consent to discharge management
case-next-refused = No consent: nobody may be asked
case-next-plan = Fill in the plan
case-next-ask = Look for a place and ask clinics
case-next-answer = Answer a question
case-next-choose = { $count ->
    [one] There is one offer: choose together with the patient
   *[other] There are { $count } offers: choose together with the patient
}
case-next-wait = { $count ->
    [one] One clinic is being asked; its answer is to come
   *[other] { $count } clinics are being asked; answers are to come
}
case-next-unconfirmed = Chosen, not yet confirmed
case-next-refer = The place is confirmed: send the referral
case-next-unaccepted = The referral is sent; the clinic is looking at it
case-next-travel = Prepare the admission
case-next-report = In rehabilitation; the report is to come
case-next-done = Nothing more to do

## Consent
case-consent = Consent to discharge management
case-consent-open = Not yet asked. Patients can also agree by themselves in the patient portal.
case-consent-given = Given on { $when }.
case-consent-refused = Refused on { $when }. Nobody may be asked, not even without a name.
case-consent-revoked = Taken back on { $when }. Nobody may be asked any more.
case-consent-paper = Enter the signed paper
case-consent-form = Form and version
case-consent-kept = Where the paper is kept
case-consent-kept-default = patient file
case-consent-who = Who decided?
case-consent-patient = The patient in person
case-consent-representative = A legal representative
case-consent-name = Name of the representative
case-consent-proof = Proof seen
case-consent-proof-hint = For example a court's certificate or a power of attorney
case-consent-given-button = Enter consent
case-consent-refused-button = Enter refusal
case-consent-missing-form = Please say which form was signed and where it is kept.
case-consent-missing-name = Please give the representative's name and proof.

## The case
case-plan = Plan
case-plan-open = Not yet filled in.
case-plan-by = As of { $when }, { $name }
case-plan-edit = Edit the plan
case-wishes = The patient's wishes (§ 8 SGB IX)
case-wishes-stated = Stated by the patient on { $when }
case-asked = Clinics asked
case-asked-none = None yet.
case-search = Look for a place
case-notes = Notes and calls
case-note-text = Text
case-note-kind = Kind
case-note-note = Note
case-note-call = Call
case-note-add = Enter
case-note-wrong = A note has 1 to { $most } characters.
case-give = Hand the case on
case-give-to = To
case-give-button = Hand on
case-take = Take the case over
case-history = In charge so far
case-history-line = { $name } since { $when }
case-end = End without a place
case-end-what = If no place was found, or none is needed any more. All inquiries are kept as evidence.
case-end-why = Reason, and who looks after it now
case-end-button = End the case
case-end-open-inquiries = Clinics are still being asked. Withdraw those inquiries first.

## Plan
plan-title = Discharge plan
plan-what = What stands here need not be entered again. Other clinics read only what is shown before sending, and no name at first.
plan-discharge = Day of discharge
plan-exception = Reason, if the rehabilitation begins later than after 14 days
plan-earliest = Earliest day of admission
plan-flexible = So many days later would do
plan-day-wrong = Please enter a day, for example 1.12.2026.
plan-number-wrong = Please enter a number from 0 to 60.
plan-needed = Without this nobody can be asked.
plan-indication = Indication group
plan-icd = Diagnosis (ICD, three characters)
plan-icd-hint = For example M16
plan-icd-wrong = Three characters, for example M16.
plan-surgery = Operation
plan-side = Side
plan-operated = Day of the operation
plan-operated-hint = Others learn the week only.
plan-singer = SINGER profile
plan-barthel = Barthel index
plan-mobility = Walking
plan-weight-bearing = Weight bearing
plan-travel = Ability to travel
plan-setting = Kind of care
plan-transport = Transport
plan-diet = Diet
plan-language = Language, if not German
plan-payer = Payer
plan-approval = Approval
plan-constraints = What the clinic must be able to do
plan-wishes = Wishes
plan-single-room = A single room is wished
plan-companion = Someone comes along
plan-tell-sex = Tell the sex (only if room planning needs it)
plan-none = not stated
plan-save = Save the plan
plan-closed = The case is closed; the plan cannot be changed any more.

## Search
find-title = Look for a place
find-none = No clinic states a suitable free place at the moment. Loosen something in the plan, or try again later.
find-matching = { $count ->
    [one] One department fits.
   *[other] { $count } departments fit.
}
find-departments = Searched among { $count } departments.
find-from = from { $date }
find-free = { $free } free of { $beds }
find-km = { $km } km straight line
find-age-now = as of less than an hour ago
find-age = as of { $hours } hours ago
find-stale = as of { $hours } hours ago: please ask
find-contradicted = This clinic has contradicted itself.
find-asked = is being asked already
find-favourite = Favourite
find-favourite-add = Remember as a favourite
find-favourite-remove = No longer a favourite
find-why = Why it stands here
find-why-wait = { $days } days of waiting
find-why-distance = { $km } km away
find-why-stale = figures { $hours } hours old
find-why-named = The patient’s wish
find-why-near = The patient’s wish: { $km } km from where they want to be
find-select = Select { $clinic }
find-next = Check the selection
find-pick = Please select at least one and at most eight clinics.
find-excluded = Not shown
find-excluded-own = one's own clinic
find-excluded-not-serving = not active in the network at present
find-excluded-expired = figures out of date
find-excluded-indication = treats other conditions
find-excluded-department = another kind of department
find-excluded-full = nothing free in the span
find-excluded-far = too far
find-excluded-line = { $count } × { $why }
find-confirm = Ask the best ones now
find-confirmed-free = Confirmed on asking: free
find-confirmed-later = On asking: free only later
find-confirmed-gone = On asking: nothing free any more
find-confirmed-no-answer = No answer; the last statement is shown

## Before sending
ask-title = This is what the asked clinics read
ask-what = Without name, birth date, insurance number and address. Only when the patient chooses a clinic and that clinic confirms the place does exactly that clinic learn more.
ask-to = To be asked
ask-fields = Fields
ask-send = { $count ->
    [one] Send the inquiry
   *[other] Send { $count } inquiries
}
ask-rare = Few people have these: { $fields }. Together they could point to the person. Leave something out, or confirm with a reason.
ask-rare-reason = Reason to send them all the same
ask-age = Age
ask-sex = Sex
ask-from = Asked by

## An asked clinic
asked-title = Inquiry to { $clinic }
asked-state-requested = asked; the answer is to come
asked-state-asked = has a question
asked-state-offered = has offered a place
asked-state-offered-until = holds a place until { $when }
asked-state-chosen = chosen, not yet confirmed
asked-state-confirmed = place confirmed
asked-state-referred = has the referral
asked-state-accepted = takes the patient
asked-state-admitted = admitted
asked-state-completed = completed
asked-state-declined = has declined
asked-state-gone = the place was gone
asked-state-refused = has declined after reading the referral
asked-state-withdrawn = withdrawn by us
asked-state-cancelled = cancelled by the clinic
asked-state-no-show = did not arrive
asked-state-handed = documents handed over
asked-state-new = nothing said yet
asked-reason = Reason: { $reason }
asked-offer = Offer
asked-offer-date = Admission on
asked-offer-room = Room
asked-offer-therapies = Therapies
asked-offer-until = Place held until
asked-offer-stay = Length
asked-offer-days = { $days } days
asked-questions = Questions
asked-answer-open = not yet answered
asked-answer-button = Send answers
asked-answer-missing = Please answer at least one question.
asked-choose = The patient has decided on paper
asked-choose-what = With the choice a release is entered that names this clinic. It gets name and documents only once it has confirmed the place; the others are told no.
asked-choose-button = Enter the choice
asked-refer = Send the referral
asked-refer-what = This clinic now gets name, birth date, address, insurance number, the diagnoses and the selected documents.
asked-refer-diagnosis = Diagnosis (ICD-10-GM)
asked-refer-diagnosis-hint = Code, for example M16.1
asked-refer-diagnosis-text = Diagnosis in words
asked-refer-staff = Whom to call here, with phone
asked-refer-note = What else the clinic should know
asked-refer-documents = Documents
asked-refer-documents-none = There are no documents for this person yet.
asked-refer-wrong = Please give at least one diagnosis with its code.
asked-withdraw = Withdraw the inquiry
asked-withdraw-reason = Reason
asked-withdraw-button = Withdraw
asked-payer = The payer's decision
asked-payer-on = On
asked-payer-button = Enter and tell
asked-date = Another day of admission is wished
asked-date-reason = Reason
asked-date-button = Send the wish
asked-history = History
asked-by-us = we
asked-by-them = the clinic
asked-delivered = delivered { $when }
asked-waiting = not yet delivered
asked-refused-receipt = not taken: { $code }
asked-back = Back to the case
asked-fault-too-late = The place is not held long enough any more. Ask the clinic for a new offer.
asked-fault-chosen = Another offer of this case is chosen already. Withdraw that one first.
asked-fault-late = The rehabilitation would begin later than 14 days after discharge. Enter the reason in the plan, or choose an earlier place.
asked-fault-consent = The patient's consent to this is missing.
asked-fault-other = This is not possible any more: the case has changed meanwhile. Below is how it stands now.
asked-fault-now = This is not possible at the moment. Nothing was sent. Please try again in a few minutes.
asked-fault-many = A case asks at most eight clinics at a time. Withdraw an inquiry first.
asked-fault-rare = Some fields could point to the person. Give a reason, or leave something out.
asked-date-waiting = { $day } is wished for. The clinic has not answered yet; until then the day agreed stands.
asked-fault-twice = This clinic is being asked already.

## What was said
said-inquiry = inquiry
said-question = question
said-answer = answer
said-offer = offer
said-offer-ended = offer ended
said-decline = declined
said-choice = choice
said-confirm = place confirmed
said-gone = place gone
said-referral = referral with the name
said-handoff = documents
said-opened = opened
said-filed = filed
said-accept = admission promised
said-refuse = declined after reading
said-date-change = another day of admission
said-payer-decision = the payer's decision
said-arrived = arrived
said-did-not-come = did not come
said-report = discharge report
said-withdraw = withdrawn
said-cancel = cancelled
said-erased = erased

## Clinics without a connection
phone-title = Clinics without a connection
phone-mark = by phone
phone-add = Ask a clinic by fax
phone-add-what = For clinics that are not connected here: you print or fax one sheet without a name, the clinic calls back, and you enter its answer. What could point to the person is left out of the fax.
phone-add-button = Make the fax
phone-add-wrong = Please give the clinic's name and fax number, at most { $most } characters each.
phone-clinic = Name of the clinic
phone-fax-number = Fax number
phone-many = Eight such inquiries are waiting for an answer already. Enter answers first.
phone-open = the answer is to come
phone-offered = a place from { $date }
phone-declined = declined: { $why }
phone-told = { $answered } by { $by }; entered by { $recorder }, { $recorded }
phone-fax = Inquiry
phone-fax-open = Open the fax (PDF)
phone-asked = Fax number { $number }; made by { $name }, { $when }
phone-answers = Answers
phone-answer = Enter an answer
phone-answer-what = What the clinic said on the phone. An entry is not changed; enter anything new as another answer.
phone-person = With whom did you speak?
phone-person-wrong = Please say who at the clinic answered.
phone-day = Day of the call
phone-time = Time
phone-when-wrong = Please give day and time of the call, for example 1.12.2026 and 14:05: after the inquiry ({ $asked }) and not in the future.
phone-said = What does the clinic say?
phone-said-offered = It offers a place
phone-said-declined = It declines
phone-from = Place from (day)
phone-from-wrong = Please give the day from which the place is free, for example 1.12.2026. It must not be over.
phone-why = Reason for declining
phone-why-wrong = Please give the reason in 1 to { $most } characters.
phone-answer-button = Enter the answer

## Fax
fax-to = Fax to: { $clinic }, { $number }
fax-subject = Inquiry: do you have a place?
fax-reference = Reference: { $reference }
fax-what = We are looking for a place in your house for a patient. This inquiry gives no name; you learn it once the person has chosen your house and agreed.
fax-answer = Please answer by { $when }, phone { $phone }.
fax-reply = When you answer, please give the reference, your name and the day from which a place is free, or the reason for declining.

## After a refusal
again-title = The next best
again-what = A clinic has no place. These clinics fit next. They read exactly the fields that you last looked at.
again-look = A clinic has no place. These clinics fit next. The fields have changed since the last inquiry: you see them once more before they are sent.
again-none = At the moment no other clinic states a suitable free place.
again-ask = Ask now
again-check = Look and ask
again-label = Ask { $clinic }
again-changed = The fields have changed since the last inquiry. Please look at them. Nothing was sent yet.

## A clinic without a node: choice and withdrawal
phone-chosen = chosen by phone
phone-withdrawn = taken back
phone-next-chosen = Prepare the admission (confirmed by phone)
phone-next-there = Arrived: close the case
phone-there = arrived { $day }
phone-name = Fax with the name
phone-name-what = The clinic now learns who comes: name, birth date, insurance number (if known) and day of admission. This works only as long as the signed release that names this clinic stands. Every fax you make stands in the history, and the person sees it.
phone-name-day = Agreed day of admission
phone-name-papers = Which documents follow, and how?
phone-name-papers-hint = For example: discharge letter and findings, by post
phone-name-button = Make the fax with the name (PDF)
phone-name-wrong = Please give the day of admission (today or later) and whom to call; the documents in at most { $most } characters.
phone-arrival = Enter the arrival
phone-arrival-what = What the clinic said on the phone. An entry is not changed. If the person did not come, the choice ends.
phone-arrival-came = Did the person arrive?
phone-arrival-yes = Yes, arrived
phone-arrival-no = No, did not arrive
phone-arrival-why = If not: why?
phone-arrival-day = On which day?
phone-arrival-person = Who at the clinic said so?
phone-arrival-wrong = Please give the day (after the inquiry, not in the future) and who at the clinic said so.
phone-payer-button = Enter the decision
phone-payer-wrong = Please give the day of the decision, for example 1.12.2026. It must not be in the future.
phone-came-named = Fax with the name made { $at } by { $by }; admission { $day }.
phone-came-papers = Documents: { $papers }
phone-came-payer = Payer, { $day }: { $decision }; entered { $at } by { $by }.
phone-came-arrived = Arrived { $day }, says { $person }; entered { $at } by { $by }.
phone-came-absent = Did not arrive { $day } ({ $reason }), says { $person }; entered { $at } by { $by }.
phone-fault-not-chosen = For this, the choice must be entered first, with the signed release that names this clinic.
phone-fault-arrived = The person has arrived there. Nothing changes that any more.
fax-named-subject = Registration for admission
fax-named-what = The person named below has chosen the place in your house that you confirmed on the phone. That you receive these details stands in the release that was signed on { $day } ({ $form }).
fax-named-name = Name
fax-named-born = Birth date
fax-named-kvnr = Insurance number
fax-named-admission = Agreed admission
fax-named-staff = Social service
fax-named-papers = To follow
fax-named-papers-none = no documents
fax-named-call = Please call us if the day changes, and when the person has arrived or does not come: phone { $phone }.
fax-named-wrong = Confidential. Did you receive this fax by mistake? Please call us ({ $phone }) and destroy it.
phone-choose = Choose this offer
phone-choose-what = Call the clinic and accept. Then enter the signed release that names this clinic. All other clinics that were asked are told no. Documents go to the clinic on paper or by fax.
phone-choose-button = Enter the choice
phone-leave = Take the choice back
phone-leave-what = The person does not want to go there after all? Call the clinic; if it has a fax with the name already, ask it to destroy that. The release ends with it.
phone-withdraw = Take the inquiry back
phone-withdraw-what = Nobody has answered, and the answer is no longer needed. The fax itself cannot be called back.
phone-done-withdrawn = Inquiry taken back { $at } by { $by }.
phone-done-chosen = Chosen { $at }, entered by { $by }.
phone-done-left = Choice taken back { $at }, entered by { $by }.
phone-fault-no-offer = This clinic offers no place for a day to come. Please call it.
phone-end = Close the case
phone-end-what = First enter with the clinic whether the person has arrived. Then close the case.
phone-rare = Details that few people share
phone-rare-leave-out = Leave them out
phone-rare-fault = Some details could make the person recognizable. Give a reason why the fax needs them, or leave them out. Nothing was written yet.

## Proof
proof-title = Proof of the search
proof-what = Who was asked when, what was answered, and when it arrived. This page can be printed.
proof-none = No clinic was asked in this case yet.
proof-signed = Signed by both clinics
proof-recorded = Written down by staff
proof-recorded-what = These clinics have no node. What stands here was written down by your clinic; the other clinic has signed none of it.
proof-asked = Asked by fax { $moment }
proof-download = Download the proof
proof-download-what = A file with the signed headers and receipts. Anybody with the network’s member list can check it without a network: verbund evidence verify. No names are in it.
proof-bodies = Give the content of the messages, too. The file then holds everything that was sent, the name as well once it was sent.
proof-many = This case has too many messages for one file. Your IT can export the inquiries one by one.

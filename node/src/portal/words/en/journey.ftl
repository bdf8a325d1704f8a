# What the pages say: English. Here: the patient's way to rehabilitation.

## Start page: the next step
journey-pages = More pages
journey-consent-title = Please read what this is about, and decide.
journey-consent-text = We help you to be well cared for after the hospital. For this we need your consent.
journey-consent-button = Read the consent
journey-consent-again = Look at it again
journey-refused-title = You do not want our help after your discharge.
journey-refused-text = That is all right. There is nothing for you to do. You can change your mind at any time.
journey-taken-back-title = You have withdrawn your consent.
journey-taken-back-text = We no longer ask any clinic for you. You can change your mind at any time.
journey-wishes-title = What matters to you about rehabilitation?
journey-wishes-text = You have a say in which clinic you go to. Write down what you wish for and why.
journey-wishes-button = Enter your wishes
journey-searching-title = We are looking for suitable clinics. There is nothing for you to do.
journey-searching-text = The social service knows your wishes. Once clinics have been asked, it says so here.
journey-waiting-title = { $clinics ->
    [one] We are asking one clinic. There is nothing for you to do.
   *[other] We are asking { $clinics } clinics. There is nothing for you to do.
}
journey-waiting-text = Nobody knows your name yet. As soon as a clinic answers, it says so here.
journey-searching-on-title = So far no clinic had a place. We keep looking.
journey-searching-on-text = There is nothing for you to do. The social service asks more clinics and calls you when there is something to decide.
journey-choose-title = { $offers ->
    [one] One clinic offers you a place.
   *[other] { $offers } clinics offer you a place.
}
journey-choose-text = Please choose by { $until }. Until then the place is kept for you.
journey-choose-waiting = { $waiting ->
    [one] One more clinic has not answered yet.
   *[other] { $waiting } more clinics have not answered yet.
}
journey-choose-button = See the offers and choose
journey-chosen-title = Chosen, not yet confirmed: { $clinic }
journey-chosen-text = The clinic still has to confirm the place. That usually takes a few hours. There is nothing for you to do.
journey-chosen-unreachable = The clinic cannot be reached just now; we keep trying. Your choice is saved. There is nothing for you to do.
journey-confirmed-title = Your place is confirmed: { $clinic }
journey-confirmed-text = Next we send your papers to the clinic. There is nothing for you to do.
journey-referred-title = Your papers are on their way: { $clinic }
journey-referred-text = The clinic looks at the papers and then gives its final word. There is nothing for you to do.
journey-accepted-title = The clinic takes you: { $clinic }
journey-accepted-text = The social service talks with you about the journey and what to bring.
journey-arrived-title = You have arrived: { $clinic }
journey-arrived-text = We wish you a good recovery. There is nothing for you to do here.
journey-done-title = Your rehabilitation is over: { $clinic }
journey-done-text = The clinic's report is here. Your doctor answers questions about it.
journey-ended-title = The search for a rehabilitation has ended
journey-ended-no-place = No place was found for you. The social service ended the search on { $day }.
journey-ended-text = The social service ended the search on { $day }. No clinics are being asked any more.
journey-ended-carer = Who takes care of you now: { $name }, telephone { $phone }.
journey-ended-help = Our clinic answers questions: telephone { $phone }, { $hours }.
journey-ended-see = Which clinics were asked
journey-story-ended = The social service ended the search.
journey-day = Day of admission: { $day }
journey-day-open = The day of admission is not fixed yet.
journey-change-mind = I have changed my mind
journey-span = Your rehabilitation should begin on { $last } at the latest: 14 days after your discharge on { $discharge }.
journey-span-excused = Your discharge: { $discharge }. The rehabilitation may begin later than 14 days after it. Reason: { $reason }.

## Start page: so far
journey-story-title = What has happened so far
journey-story-agreed = You agreed to our help after your discharge.
journey-story-refused = You refused our help after your discharge.
journey-story-took-back = You withdrew your consent.
journey-story-wished = You wrote down your wishes.
journey-story-inquiry = We asked { $clinic } without giving your name.
journey-story-questions = { $clinic } asked us something.
journey-story-answers = We answered the question of { $clinic }.
journey-story-offer = { $clinic } offers a place from { $day }.
journey-story-offer-ended = The offer of { $clinic } has run out.
journey-story-declined = { $clinic } declined: { $reason }.
journey-story-choice = You chose { $clinic }.
journey-story-confirmed = { $clinic } confirmed the place.
journey-story-gone = The place at { $clinic } is no longer free.
journey-story-referral = We sent { $clinic } your name and findings.
journey-story-handoff = We sent { $clinic } documents.
journey-story-opened = { $clinic } opened your documents.
journey-story-accepted = { $clinic } takes you, on { $day }.
journey-story-not-taken = { $clinic } cannot take you after all: { $reason }. Your data were erased there.
journey-story-date = { $clinic } changed the day of admission: { $day }.
journey-story-date-wished = We asked { $clinic } for another day: { $day }.
journey-story-payer = Decision of the payer: { $decision }.
journey-story-arrived = You arrived at { $clinic }.
journey-story-arrival-corrected = { $clinic } corrected the day you arrived: { $day }.
journey-story-did-not-come = { $clinic } reports that you did not come.
journey-story-report = { $clinic } sent the report.
journey-story-withdrawn = We withdrew the inquiry at { $clinic }: { $reason }.
journey-story-cancelled = { $clinic } cancelled the place: { $reason }.

## Consent to discharge management
consent-title = Consent to discharge management
consent-stands-open = You have not decided yet.
consent-stands-given = You agreed on { $at }.
consent-stands-refused = You refused on { $at }.
consent-stands-taken-back = You withdrew your consent on { $at }.
consent-what-title = What is discharge management?
consent-what = After the hospital many people need more help, for example rehabilitation. We work out with you what you need, look for a place and pass on the papers needed. It costs you nothing.
consent-what-law = You have a right to this: section 39(1a) of the German Social Code, Book V. This page gives the content of the patient information and the consent under the framework contract on discharge management (Rahmenvertrag Entlassmanagement, Anlage 1a and Anlage 1b).
consent-shared-title = Who learns what?
consent-shared-first = First we ask clinics without saying who you are: only things like your age group, the kind of illness, what you can do by yourself, and from when you need a place.
consent-shared-second = Then you choose a clinic. Only this one clinic learns your name and receives your findings. You agree to that separately when you choose.
consent-shared-third = Your health or pension insurance learns what it needs for its approval. Those who care for you afterwards, for example your family doctor or a care service, learn what that takes. Nobody else learns anything.
consent-free-title = You decide freely
consent-free = The consent is voluntary. Your treatment here is the same whatever you decide.
consent-free-withdraw = You can withdraw the consent at any time and without a reason: on this page, with one button.
consent-free-stay = What happened until then stays lawful. What a clinic already has we cannot fetch back; we tell it that it must erase it.
consent-decide-title = Your decision
consent-statement = I have read the information. I agree that the hospital carries out my discharge management, and for this asks other clinics, doctors, care services and my insurance and gives them the data they need, as described above.
consent-give = Yes, I agree
consent-refuse-what = If you refuse, we ask nobody. You can decide otherwise later.
consent-refuse = No, I do not want this
consent-missing = Please press one of the two buttons.
consent-drafted = You have just signed in again. Please press the button once more.
consent-withdraw-title = Withdraw the consent
consent-withdraw-what = You need no reason. Afterwards we no longer ask any clinic for you.
consent-ends-nothing = At present nothing is open with any clinic.
consent-ends = The inquiries and agreements with these end too: { $clinics }. We tell these clinics. A place that is kept for you there becomes free.
consent-withdraw-button = Withdraw the consent

## Wishes
wishes-title = Your wishes
wishes-intro = You have a right to wish and to choose (section 8 of the German Social Code, Book IX). What you write here stays your own statement: nobody changes it but you. The social service and the payer must take justified wishes into account.
wishes-rank = Wish { $number }
wishes-rank-first = Wish 1: the most important
wishes-more = Add wish { $number }
wishes-about = What is it about?
wishes-about-none = No wish
wishes-what = What exactly?
wishes-what-hint = For example the clinic's name, the place or the language.
wishes-why = Why does it matter to you?
wishes-near-home = Near my home or my family
wishes-clinic = A certain clinic
wishes-single-room = A single room
wishes-companion = Somebody comes along with me
wishes-therapy = A certain therapy
wishes-language = A certain language
wishes-belief = Faith or food
wishes-other = Something else
wishes-save = Save the wishes
wishes-stated = Last saved: { $at }.
wishes-none = You have not saved any wishes yet.
wishes-earlier = Earlier versions
wishes-earlier-none = No particular wishes
wishes-clinic-missing = Please add the clinic's name.
wishes-about-missing = Please pick what it is about.
wishes-too-long = That is too long. Please shorten the text.
wishes-fault = Please look through the wishes again. Nothing has been saved yet.

## Offers
choice-list-title = Clinics and offers
choice-list-none = No clinic has been asked so far.
choice-list-offers = Offers to choose from
choice-list-offers-what = These clinics keep a place for you. Take your time to compare. You can choose only one.
choice-list-no-offers = At present there is no offer that you can choose.
choice-list-clinic = Clinic
choice-list-distance = Distance
choice-list-date = Admission on
choice-list-room = Room
choice-list-therapies = Therapies
choice-list-until = Kept until
choice-list-answered = Answer of
choice-list-km = { $km } km in a straight line
choice-list-unknown = not stated
choice-list-late = Begins later than 14 days after the discharge. Please talk with the social service.
choice-list-choose = Choose this clinic …
choice-list-choose-which = Choose { $clinic } …
choice-list-print = To print: this page comes out on A4 in large type (the print function of your browser).
choice-list-from-home = Distances from your postal code, in a straight line. The journey is longer.
choice-list-from-house = Distances from this hospital, in a straight line. The journey is longer.
choice-list-chosen = Your choice
choice-list-open = No answer yet
choice-list-asked = asked on { $at }
choice-list-question = has a question; we are answering it
choice-list-over = Not possible, or over
choice-list-declined = declined: { $reason }
choice-list-declined-plain = declined
choice-list-ended = The offer has run out.
choice-list-gone = The place was not free after all.
choice-list-withdrawn = inquiry withdrawn
choice-list-cancelled = has cancelled the place
choice-list-not-confirmed = Chosen, not yet confirmed
choice-list-confirmed = Place confirmed
choice-list-accepted = The clinic takes you
choice-list-map = Map
choice-list-map-place = Open on a map: { $place }
choice-list-map-home = Home
choice-list-map-house = Hospital
choice-list-map-scale = { $km } km
choice-list-map-source = Places and outline: GeoNames, CC BY 4.0. The outline is drawn from the places in Bavaria and only approximate.

## Choosing
choice-title = Choose { $clinic }
choice-facts = The offer
choice-department = Department
choice-who-title = Who learns what?
choice-who-now = For now the clinic learns only that its offer was chosen. Your name is not given yet.
choice-who-then = When { $clinic } confirms the place, this clinic receives from us:
choice-who-person = your name, birth date, address and telephone, your insurance, a contact person
choice-who-medical = your diagnoses, operations and what matters for the rehabilitation
choice-who-documents = documents that your doctor releases for this. We have here: { $titles }
choice-who-documents-none = documents that your doctor releases for this. At present there are none here.
choice-who-documents-unseen = { $count ->
    [one] There is one document here that your doctor has not released for you yet. It can go along, too.
   *[other] There are { $count } documents here that your doctor has not released for you yet. They can go along, too.
  }
choice-others = These clinics are then told no: { $clinics }. They never learned your name.
choice-others-none = No other clinics are being asked at present.
choice-statement = I choose { $clinic }. I agree that the hospital gives this clinic the data and documents named as soon as it confirms the place. This is voluntary, and I can withdraw it at any time.
choice-button = Yes, choose this clinic
choice-not-now = Back to all offers
choice-drafted = You have just signed in again. Please press the button once more.
choice-ended = This offer has meanwhile run out or been taken back. You did nothing wrong. Nothing was decided.
choice-changed = The clinic has meanwhile changed its offer. Nothing was decided yet. Please look at the new offer.
choice-gone = The place is meanwhile no longer free.
choice-other-chosen = You have chosen already: { $clinic }. If you prefer this one, give the other place back first.
choice-late = This rehabilitation would begin later than 14 days after your discharge. That needs a reason, which the social service records. Please call us.
choice-not-open = This offer cannot be chosen at present.
choice-again = Ask once more
choice-again-what = We ask the same clinic again with the same details, again without your name.
choice-again-failed = Asking did not work. Please call us.
choice-withdraw-title = Take back the choice: { $clinic }
choice-withdraw-early = The clinic has not taken you in yet. The place becomes free again, and your release for this clinic ends. Other offers that still stand can be chosen afterwards.
choice-withdraw-late = The clinic has already agreed. If you withdraw now, somebody else gets the place. The search begins anew, and your rehabilitation may begin later. Papers that the clinic already has it must erase.
choice-withdraw-span = Your rehabilitation should begin on { $last } at the latest. A new search may take longer.
choice-withdraw-now = The place then becomes free again, and your release for this clinic ends.
choice-withdraw-button = Yes, take back the choice
choice-withdraw-keep = No, keep it

## Who received what
shared-title = Who learned what about you?
shared-clinics = Other clinics
shared-clinics-none = So far no other clinic has received anything from us.
shared-inquiry = Inquiry without your name
shared-referral = Your name and findings
shared-document = Document: { $title }
shared-sent = sent on { $at }
shared-allowed = may be fetched since { $at }
shared-fetched = fetched on { $at }
shared-not-fetched = not fetched to its end yet
shared-never-fetched = not fetched to its end
shared-fetched-unknown = Whether the clinic has fetched it, we do not know.
shared-opened-unknown = Whether anybody there has opened it, we are not told.
shared-received = arrived on { $at }
shared-not-received = not arrived yet
shared-opened = opened on { $at }
shared-not-opened = not opened yet
shared-filed = put on record on { $at }
shared-ended = may no longer be fetched since { $at }
shared-erased = The clinic has stated: erased on { $at }
shared-fax = by fax { $at }
shared-fax-named = Fax with your name, birth date, insurance number (if we have it) and the day of admission
shared-fax-papers = To follow: { $papers }
shared-fax-what = This clinic is not connected here. Whether it has read a fax, we learn only on the phone.
shared-looks = Who looked at your data here
shared-looks-what = One line for each person, day and occasion. What you do here yourself is not listed.
shared-looks-none = Nobody.
shared-look = { $who } ({ $roles }): { $deed }
shared-look-unknown = no role
shared-deed-looked = looked at your data
shared-deed-changed = entered or changed your data
shared-deed-consent = took down a decision of yours
shared-deed-arranged = dealt with your place in rehabilitation
shared-deed-documents = worked with your documents
shared-deed-messages = read or answered messages between you and the clinic
shared-deed-access = dealt with your access to these pages
shared-proxy = who acts for you
shared-role-ward = nursing and ward
shared-role-physician = doctors
shared-role-social-service = social service
shared-role-admissions = admissions
shared-role-capacity = bed planning
shared-role-it = IT
shared-role-privacy-officer = data protection

## A day in words
journey-date = { $weekday ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}, { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }

## Who acts for the patient
proxy-title = Who may act for you?
proxy-intro = You can give somebody you trust an access of their own, for example your daughter. You say how far it goes, and you can end it at any time. Give nobody your own password.
proxy-now = At present
proxy-nobody = At present nobody acts for you.
proxy-look = See what you see
proxy-arrange = See, and take care of things: write down wishes, ask clinics again
proxy-decide = See, take care of things and decide: consent and choose a clinic
proxy-attorney = power of attorney for health matters
proxy-court = order of a court of care
proxy-single = power for this matter alone
proxy-ground = Decides on the ground of: { $power }, until { $until }
proxy-open = Has signed in already.
proxy-invited = Invited on { $at }, not signed in yet.
proxy-blocked = The code was blocked after five wrong birth dates. Ask them, end this access, and invite again.
proxy-end = End
proxy-end-who = End: { $name }
proxy-invite-title = Invite somebody
proxy-name = Given name and family name
proxy-name-hint = For example Anna Beispiel
proxy-scope = What may this person do?
proxy-only-decide = Only if the person may decide
proxy-power = What does that rest on?
proxy-power-none = Please choose
proxy-until = Until when?
proxy-until-hint = For example 31.12.2027. After that the person may no longer decide.
proxy-button = Make a code for the invitation
proxy-name-missing = Please write down the name, at most 80 characters.
proxy-scope-missing = Please choose what this person may do.
proxy-power-missing = Whoever decides needs a power of attorney or an order of a court. Please choose.
proxy-until-wrong = Please enter a day to come, with day, month and year.
proxy-too-many = Five people act for you already. Please end one access first.
proxy-again = { $name } is invited for just this already. Is the code lost? Then end that access first, and invite again.
proxy-reads = { $name } for { $patient }
proxy-invited-title = Invitation for { $name }
proxy-invited-what = Give this code only to the person you mean. They also need your birth date. The code is shown only now and works once.
proxy-invited-where = To be opened in a browser:
journey-story-by = { $what } (Done by { $who }.)
consent-by = Decided by: { $who }.
wishes-by = Written down by: { $who }.

## The patient's documents
documents-title = My documents
documents-intro = Here are the documents that a physician of ours has released for you. If you miss something, please ask us.
documents-none = At present no document is released for you.
documents-about = { $kind }, of { $made }, from: { $from }
documents-damaged = This document cannot be shown just now. Please tell us.

# Clinics that answer by phone
choice-phone-title = Clinics that answer by phone
choice-phone-mark = by phone
choice-phone-what = We asked these clinics by fax. Would you like one of these places? Then please tell the social service. You sign for it on paper.
choice-phone-look = Look at the places
choice-phone-offer = Place free from { $day }
choice-phone-chosen = Chosen by you, from { $day }
choice-phone-waiting = No answer yet
choice-phone-told = Said on the phone { $moment }
choice-phone-chosen-text = The clinic has confirmed on the phone. If you do not want to go there after all, please tell the social service.
choice-phone-story-asked = We asked { $clinic } by fax, without your name.
choice-phone-story-offered = { $clinic } offered a place on the phone.
choice-phone-story-declined = { $clinic } declined on the phone.
choice-phone-story-chosen = You chose { $clinic }.
choice-phone-story-left = You took the choice of { $clinic } back.
choice-phone-story-named = We have faxed your documents to { $clinic }: your name, your birth date, your insurance number (if we have it) and the day of admission, { $day }.
choice-phone-arrived = You have arrived there

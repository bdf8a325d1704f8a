# What the pages say: English. Here: messages between patients and the clinic's teams.

## For patients
message-title = Messages
message-door-new = { $count ->
    [one] Messages: one new answer
   *[other] Messages: { $count } new answers
}
message-intro = Here you write to your clinic and read the answers.
message-emergency = Not for emergencies. In an emergency please call 112. In hospital press the call button. Messages are not read all the time.
message-none = You have not written a message yet.
message-list = Your messages
message-new = Write a new message
message-to = To whom?
message-to-due = { $team } – answer by { $due }
message-text = Your message
message-text-hint = At most 2000 characters.
message-send = Send message
message-write-on = Write on
message-nobody = Nobody reads messages here at present. Please call us: { $phone }
message-look-only = You may read here, but not write.
message-empty = Please write something.
message-long = That is too long. At most 2000 characters, now there are { $count }.
message-too-many = You have already written very many messages today. Please call us.
message-drafted = What you typed is still here. It has not been sent yet. Please look at it and send it again.
message-promise = You get the answer by { $due }.
message-promise-next = If you write now, you will have the answer by { $due }.
message-late = The answer should have come by { $due } and is still missing. We have pointed it out to more people in the team. You can also call: { $phone }
message-answered = Answered
message-unseen = New answer
message-waiting = Waiting for an answer
message-with = Messages with: { $team }
message-you = You
message-said = { $who }, { $at }
message-taken = { $who } is looking after it.
message-handed-team = Passed on to: { $team }
message-handed-person = { $who } is now looking after it.
message-closed = Closed without a written answer. Reason:
message-all = All messages

## For staff: the inbox
message-inbox = Messages from patients
message-inbox-door = { $mine ->
    [0] Messages
    [one] Messages: one waits for you
   *[other] Messages: { $mine } wait for you
}
message-inbox-late = { $late } of them past the time
message-inbox-notice = Not for emergencies. Patients read here: in an emergency call 112. They also read by when the answer is promised.
message-inbox-mine = Your turn
message-inbox-mine-none = Nothing waits for you.
message-inbox-others = Others of the team have their turn
message-inbox-settled = Settled last
message-inbox-belongs-not = You belong to no team that patients write to. Your IT can add you.
message-inbox-due = answer by { $due }
message-inbox-due-late = overdue since { $due }
message-inbox-since = written { $since }
message-inbox-changed = last { $at }
message-inbox-taken = taken by { $who }
message-inbox-turn = turn: { $who }
message-inbox-everybody = turn: everybody in the team
message-absence = Absence
message-absence-what = While you are away, your substitute gets what waits for you.
message-absence-until = Away until and including
message-absence-save = Save absence
message-absence-now = You are noted as away until { $day }.
message-absence-back = I am back
message-absence-wrong = Please enter a day that is still to come and at most a year away, for example 1.12.2026.

## For staff: one exchange
message-thread = Messages
message-patient-page = To the page of { $name }
message-answer = Your answer
message-answer-hint = At most 2000 characters. The patient reads your name with it.
message-answer-send = Send answer
message-take = I take this
message-mine = You have taken this.
message-hand = Pass on to
message-hand-button = Pass on
message-hand-choose = Please choose
message-hand-missing = Please choose to whom you pass it on.
message-hand-person = { $who }
message-hand-away = { $who } (away until { $day })
message-hand-team = Team { $team }
message-close = Close without an answer
message-close-what = For example because you have called. The patient reads the reason, too.
message-close-reason = Reason
message-close-button = Close
message-close-long = That is too long. At most 300 characters, now there are { $count }.
message-changed = Something has come meanwhile. Please read it before you send. Your text is still here.
message-patient = { $name } (patient)
message-begin = Write a message
message-begin-team = In the name of
message-begin-no-account = There is no access to the patient portal yet. Please invite first, or call.

## For IT: teams
team-title = Teams
team-what = Patients write to these teams. Nothing about them stands here.
team-new = New team
team-german = Name in German
team-english = Name in English
team-role = Everybody with this role belongs to it
team-role-none = Nobody by themselves
team-named = These belong to it, too
team-owner = Owner
team-owner-none = Everybody in the team
team-substitute = Substitute
team-substitute-none = Nobody
team-hours = Answer within (hours)
team-hours-hint = That is the time there is. After it the substitute sees it, too, and after the same time again the whole team.
team-weekends = Hours on Saturdays, Sundays and public holidays count, too
team-first = Patients write to this team unless they choose another
team-save = Save
team-save-what = Change
team-add = Add team
team-end = End team
team-ended = ended
team-count = { $count ->
    [0] nobody who can sign in
    [one] one person
   *[other] { $count } people
}
team-first-mark = first team
team-fault-name = Please enter both names, at most 60 characters.
team-fault-hours = Please enter a number from 1 to 240.
team-fault-substitute = The substitute needs an owner, and must be somebody else.
team-fault-belongs = Owner and substitute must belong to the team.
team-fault-first = Everybody who chooses no other team writes to this one. First make another one that.
team-fault-many = There are 40 teams already. Change one of them.

## For IT: status
status-messages = Messages from patients
status-messages-late = { $count ->
    [0] none past the promised time
    [one] one is unanswered past the promised time
   *[other] { $count } are unanswered past the promised time
}
status-messages-late-remedy = Tell the heads of the teams. Who is the owner stands under “Teams”.
status-messages-nobody = There is no team that can read messages
status-messages-nobody-remedy = Add people under “Teams”, or give somebody the role of the social service.

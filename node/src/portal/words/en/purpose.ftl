# What the pages say: English. Here: access outside a treatment.
purpose-title = What do you need these data for?
purpose-what = This person is not in treatment here at present. You may look at the data if you have a reason. Please say which. The privacy officer sees who gave which reason.
purpose-which = Reason
purpose-question = The person, or somebody who acts for them, has a question
purpose-treating = Whoever treats them now has a question
purpose-return = They are coming back to us
purpose-billing = Billing, or the payer asks
purpose-complaint = A complaint or a legal claim
purpose-quality = Quality assurance
purpose-other = Something else
purpose-words = What is there to say about it?
purpose-words-hint = Needed for “Something else”, otherwise as you like.
purpose-words-wrong = Please write in a few words what for; at most { $most } characters.
purpose-missing = Please choose a reason.
purpose-after = Then you can look for { $minutes } minutes. Everything is in the audit.
purpose-go-on = Go on
purpose-door = { $waiting ->
    [0] Access outside a treatment
    [one] Access outside a treatment: one is new
   *[other] Access outside a treatment: { $waiting } are new
}
purposes-title = Access outside a treatment
purposes-what = Who looked at the data of people who were not in treatment, and for which reason. People stand here under a random id only. With the id the audit shows what exactly was looked at.
purposes-none = Nothing new.
purposes-about = Id { $about }
purposes-tick = Checked
purposes-tick-off = Checked: { $who }, { $when }
purposes-seen = { $count ->
    [one] Already checked: one
   *[other] Already checked: { $count }
}
purpose-seen = Checked by { $by }, { $when }

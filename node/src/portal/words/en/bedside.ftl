# What the pages say: English. Here: a tablet at the bedside.

## On the tablet
bedside-title = At the bedside
bedside-code = Code
bedside-code-hint = 12 characters. They stand on the screen of whoever accompanies you.
bedside-over-idle = The tablet has closed because nobody touched it for a while. If you sent something after that, it is kept: it stands there again when somebody of the team opens the tablet for you anew.
bedside-open-button = Open
bedside-wrong = This code is wrong, too old or used already. Ask for a new one.
bedside-over = This is over. Nothing is to be seen on this tablet any more. Please give it back.
bedside-for = For: { $name }
bedside-with = At the bedside, accompanied by { $role }
bedside-return = End and give the tablet back
bedside-done-title = Done
bedside-done = Thank you. It is saved or ended. Please give the tablet back now.
bedside-done-again = Enter a new code

## For staff
bedside-new = Open at the bedside
bedside-new-what = The patient decides in person, on a tablet that shows this one matter only. You stand beside and help to use it, not to decide.
bedside-matter = What is it about?
bedside-consent = Consent to discharge management
bedside-wishes = Wishes for the rehabilitation
bedside-choice = Choice among the offers
bedside-seen = I stand beside the patient and have made sure who it is by wristband or identity card.
bedside-begin = Show the code
bedside-matter-missing = Please choose what it is about.
bedside-seen-missing = Please first make sure who it is by wristband or identity card.
bedside-code-what = Open this address on the tablet, or take the QR code:
bedside-until = The code works once, until { $time }.
bedside-see = Next: see how it stands
bedside-stands-title = Tablet at the bedside
bedside-waiting = The code waits for a tablet.
bedside-expired = The code was not used in time and works no more.
bedside-open = The tablet is open. It closes after the decision, or when nobody touches it for 15 minutes.
bedside-idle = The tablet was not touched for 15 minutes and is closed.
bedside-ended-done = Done: the decision is saved, the tablet is closed.
bedside-ended-returned = The tablet was given back without a decision.
bedside-ended-staff = You or a colleague have ended it.
bedside-ended-replaced = It was replaced by a new one.
bedside-end = End now
bedside-patient = To the page of { $name }

## Story
bedside-story = { $text } (at the bedside, accompanied by: { $role })

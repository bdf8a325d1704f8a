# What the pages say: English. Every message of the German, with the same variables. Here: frame, signing in, access.

## On every page
skip-to-content = Skip to content
language = Language
language-change = Change language
sign-out = Sign out
imprint = Legal notice
privacy = Privacy
accessibility = Accessibility
site-patient = Patient portal
site-staff = For staff
help-phone = Do you need help? Call us: { $phone }
help-hours = We are there: { $hours }
not-for-emergencies = In an emergency please call 112. This page is not watched all the time.
live-news = There is something new. Reload this page
live-offline = This clinic cannot be reached just now. What you have typed is still there. Please try again in a moment.
live-changed = This page was just brought up to date.
print-as-of = Printed page, as of { $day }
typed-again = What you typed is here again. It has not been sent yet. Please look at it and send it again.
back = Back
next = Continue
cancel = Cancel
now-to-do = What is there to do now?
field-error = Please check this field.
errors-title = That did not work yet

## Error pages
error-not-found-title = There is no such page
error-not-found = The address may be incomplete, or the page belongs to something you may not see.
error-forbidden-title = You do not have permission for this
error-forbidden = Your account lacks the role it needs. Your IT department can give it.
error-form-title = This form is no longer valid
error-form = The page was open too long, or it did not come from here. Nothing was changed. Please open the page again.
error-unavailable-title = This does not work at the moment
error-unavailable = Nothing is lost. Please try again in a few minutes.
error-large-title = That was too much at once
error-large = Please send less text or a smaller file.
error-to-start = To the start page

## Sign in
sign-in-title = Sign in
sign-in-passkey = Sign in with a passkey
sign-in-passkey-what = A passkey is your fingerprint, your face or the PIN of your device. You need not type anything.
sign-in-passkey-failed = Signing in with the passkey did not work. Try again, or use user name and password.
sign-in-or = or
sign-in-login = User name
sign-in-password = Password
sign-in-button = Sign in
sign-in-wrong = User name or password is wrong. Please check both, capital letters too.
sign-in-wait = There were too many attempts. Please wait { $seconds } seconds and try again.
sign-in-first-time = Did you get a letter with a code?
sign-in-first-time-link = Begin with the code from the letter
sign-in-staff-first-time = Did you get a set-up code?
sign-in-lost = You can no longer sign in? Show us your identity card and you get a new letter.
sign-in-staff-lost = You can no longer sign in? Your IT department gives you a new set-up code.
sign-in-timed-out = You were away for a while and were signed out. After signing in you go on at the same page.
sign-in-signed-out = You are signed out.
sign-in-once-more = For this step please prove once more who you are. What you entered is still there.

## Second step
second-title = Second step
second-what = Type the code from your authenticator app, or an unused code from your printed list.
second-code = Code
second-button = Continue
second-wrong = This code is wrong or was used already. Take the next one.
second-wait = There were too many attempts. Please wait { $seconds } seconds.

## Invitation
invitation-title = Begin with the code from the letter
invitation-staff-title = Set up your account
invitation-code = Code
invitation-code-hint = 12 characters, such as ABCD-EFGH-JKMN. Capital or small letters are the same.
invitation-birth = Birth date of the patient
invitation-birth-hint = For example 3.4.1951 (day, month, year)
invitation-login = Your user name
invitation-button = Continue
invitation-code-length = The code has 12 characters. Please check whether one is missing or too many.
invitation-code-character = The code has only digits from 2 to 9 and letters except I, L and O.
invitation-code-check = A character of the code is wrong. Please compare it with the letter again.
invitation-birth-wrong = Please type the birth date with day, month and year, for example 3.4.1951.
invitation-wrong = Code and birth date do not fit together, or the code is too old or was used already. After five wrong attempts you need a new letter.
invitation-staff-wrong = Code and user name do not fit together, or the code is too old or was used already.

## Set up
setup-title = How would you like to sign in from now on?
setup-hello = Hello { $name }
setup-what = Choose a way. You can add others later.
setup-passkey-title = With a passkey (recommended)
setup-passkey-what = You sign in with your fingerprint, your face or the PIN of this device. You need not remember anything.
setup-passkey-button = Set up a passkey on this device
setup-passkey-failed = The passkey was not set up. Try again, or choose password and code.
setup-passkey-no-script = This needs JavaScript. The second way works without.
setup-password-title = With a password and a second code
setup-password-what = You think of a password. At every sign-in there is a code besides: from an app or from a printed list.
setup-password-button = Set a password
setup-login = User name
setup-login-hint = At least 3 characters. You may use your e-mail address.
setup-login-wrong = The user name needs 3 to 64 letters, digits or the characters . - _ @ +
setup-login-taken = Somebody else has this user name. Please take another one.
setup-login-wait = There were too many attempts with names that are taken. Please wait { $seconds } seconds.
setup-password = Password
setup-password-hint = At least 10 characters. Several words in a row are easy to remember. You may paste it.
setup-password-short = The password needs at least 10 characters.
setup-password-long = The password may have at most 200 characters.
setup-password-common = This password is guessed too easily. Take for example three words that do not belong together.
setup-second-title = The second code
setup-second-what = Choose where the second code comes from.
setup-app-title = From an app on your phone
setup-app-what = You need an authenticator app. It shows a new code every 30 seconds.
setup-app-button = Set up the app
setup-app-scan = Scan this picture with the app:
setup-app-type = Or type this key into the app:
setup-app-code = The code that the app shows now
setup-app-wrong = This code is wrong. Wait for the next one, and check whether your phone's clock is right.
setup-app-finish = Done
setup-list-title = From a printed list
setup-list-what = You get twelve codes to print or write down. Each works once.
setup-list-button = Make the list
setup-list-yours = Your list of codes
setup-list-keep = Print the list or write the codes down. It is shown only now. Cross out every code you used, and do not keep the list with your password.
setup-list-print = Print the list
setup-list-finish = I have kept the list

## The patient's start page
home-title = Welcome, { $name }
home-nothing = There is nothing for you to do at the moment. When we need something from you, it is here.
home-account = My access
home-proxy = You are here for { $patient }.

## My access
account-title = My access
account-ways = How you sign in
account-login = User name: { $login }
account-passkey = Passkey “{ $label }”, set up on { $day }
account-passkey-remove = Remove this passkey
account-last-way = This is your last way to sign in. Set up another one first.
account-app = Password with authenticator app
account-list = Password with printed list: { $left ->
    [one] one code
   *[other] { $left } codes
  } left
account-add = Set up another way
account-sessions = Where you are signed in
account-session = { $device }, last active: { $when }
account-session-this = this device
account-device-unknown = unknown device
account-session-end-others = Sign out all other devices
account-sessions-ended = All other devices are signed out.
account-prove-again = For this please prove once more that it is you. Sign in again to do so.

## Staff
staff-home-title = Hello { $name }
staff-no-roles = Your account has no role yet. Your IT department can give one.
staff-patients = Patients
staff-accounts = Accounts
staff-areas = Areas
staff-messages = Messages
staff-status = Status
staff-purposes = Stated reasons
staff-blocked-title = Letters that no longer work
staff-blocked-what = For these people the birth date was typed wrong five times. Ask them, and print a new letter.
staff-blocked-helper = { $name }: the code of the invitation no longer works. Whoever invited ends the access and invites again.
staff-lock = Lock this workplace
patients-title = Patients
patients-search = Search
patients-name = Name or its beginning
patients-birth = Birth date
patients-case = Case number
patients-none = Nobody found. Try fewer letters, or enter the person.
patients-found = { $count ->
    [one] One person found
   *[other] { $count } people found
  }
patients-new = Enter a person
patients-born = born on { $day }
patients-born-in = born in { $year }
patients-former = no longer in treatment; when you open the page, you say what for
patient-new-title = Enter a person
patient-save = Save
patient-access-title = Access to the patient portal
patient-access-none = Not invited yet.
patient-access-invited = Invited. The code works until { $day }. Not used yet.
patient-access-expired = The code ended on { $day }. Make a new letter.
patient-access-blocked = The code was blocked after five wrong birth dates. Make a new letter.
patient-access-open = Access is set up.
patient-access-no-site = This clinic has no patient portal yet. Your IT department sets it up.
patient-invite = Invite
patient-invite-again = Make a new letter
patient-lost = Lost everything?
patient-lost-what = Only after looking at an identity card: all ways to sign in are deleted, all devices signed out, and there is a new letter.
patient-lost-card = I have seen the identity card.
patient-lost-card-missing = Please confirm that you have seen the identity card.
patient-lost-button = Start over
invited-title = Invitation for { $name }
invited-what = The code is shown only now. Print the letter, or let the code be scanned here.
invited-letter = Letter as PDF
invited-code = Code: { $code }
invited-until = Works until { $day }
invited-qr = QR code with the portal's address and the code
invited-done = Done

## Accounts of staff
accounts-title = Accounts of staff
accounts-all = { $count ->
    [one] One account
   *[other] { $count } accounts
  }
accounts-new = New account
accounts-name = Name
accounts-login = User name
accounts-roles = Roles
accounts-add = Add the account
accounts-save = Save
accounts-lock = Lock
accounts-unlock = Unlock
accounts-start-over = New set-up code
accounts-code-title = Set-up code for { $name }
accounts-code-what = The code is shown only now. Hand it over in person, not by e-mail.
accounts-state-invited = invited
accounts-state-open = in use
accounts-state-locked = locked
accounts-state-blocked = code blocked after five wrong attempts
accounts-name-wrong = The name needs 1 to 120 characters, without spaces at either end.
accounts-name-taken = Somebody here has this name already. Please add what tells the two apart, for example the ward.
role-ward = Ward
role-physician = Physician
role-social-service = Social service
role-admissions = Admissions
role-capacity = Bed reporting
role-it = IT
role-privacy-officer = Privacy officer

## The letter
letter-subject = Your access to our patient portal
letter-greeting = Hello { $name },
letter-what = with this letter you can use our patient portal: on your phone, at a computer or with the help of your family.
letter-step-scan = Scan the picture with the camera of your phone,
letter-step-open = or open this address: { $address }
letter-step-code = Type this code:
letter-step-birth = Type your birth date. Then choose how you want to sign in from now on.
letter-ends = The code works once and until { $day }.
letter-keep = Keep the letter like a bank card. If you have lost it, call us.
letter-phone = Phone: { $phone }

## Legal pages
about-missing = This information is still missing. The clinic's IT department names it in the configuration.

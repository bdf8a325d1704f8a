# Messages by e-mail, codes by e-mail, and the list "Please call".

## Second step
second-mail-hint = Type the code from the e-mail. A code from your authenticator app or your printed list works, too.
second-mail-button = Send a code by e-mail
second-mail-what = You can also have a code sent by e-mail.
second-mail-sent = We have sent a code to { $address }. It works for 10 minutes. Look in the folder for advertising, too.
second-mail-wait = A code is on its way already. In { $seconds } seconds you can have another.
second-mail-too-many = Too many codes were sent. Please try again in an hour.

## Setting up
setup-mail-title = By e-mail
setup-mail-what = Whenever you sign in, we send a code to your e-mail address.
setup-mail-button = Give your e-mail address
account-mail = Password with a code by e-mail to { $address }

## One's own address
mail-title = Messages by e-mail
mail-what = We write you an e-mail when there is something new for you here. It says only that there is a message: no name, no ward, not what it is about.
mail-not-here = This clinic sends no e-mails. When there is something new, your team will call you.
mail-setup-title = Code by e-mail
mail-setup-what = Whenever you sign in, we send you a code. We also write when there is something new: only that there is a message.
mail-enter = Your e-mail address
mail-other = Give another address
mail-address = E-mail address
mail-address-hint = We send a code there. So we know that it is yours.
mail-address-wrong = This is not an e-mail address. Please check it, for example erna@beispiel.de.
mail-send = Send code
mail-send-again = Send the code again
mail-no-mail = No e-mail?
mail-code-sent = The code is on its way. It works for 10 minutes. Look in the folder for advertising, too.
mail-prove-title = Confirm the address
mail-wanted = Type the code that we have sent to { $address }.
mail-by-staff = Your team has entered the address { $address }. Have a code sent and type it here. Only then do we write there.
mail-code = Code from the e-mail
mail-code-hint = Six digits
mail-code-wrong = This code is not right or no longer works. After five wrong tries you need a new one.
mail-prove = Confirm the address
mail-now = Your e-mail address
mail-failed = No e-mail arrives at this address. Please give another one.
mail-kinds = When shall we write to you?
mail-kind-message = Somebody at the clinic has written to you
mail-kind-offer = A rehabilitation clinic has answered
mail-kind-place = Something changes about your place in rehabilitation
mail-kind-document = There is a new document
mail-kinds-none = If you switch everything off, we call you.
mail-kinds-save = Save
mail-kinds-saved = Saved.
mail-second-title = Code by e-mail when signing in
mail-second-on = When you sign in with your password, you can have the second code sent to this address.
mail-second-off = You can have the second code for signing in sent to this address.
mail-second-needs-password = Codes by e-mail belong to a password. You sign in without a password and need no code.
mail-second-begin = Switch codes by e-mail on
mail-second-end = Switch codes by e-mail off
mail-last-way = Without codes by e-mail you could not sign in any more. Set up another way first.
mail-remove = Delete the e-mail address
mail-prove-again = To change the address, please prove once more that it is you.

## What staff see
patient-mail-title = Messages by e-mail
patient-mail-none = No address. When there is something new, this person is on the list "Please call".
patient-mail-proved = { $address }, confirmed by the person.
patient-mail-failed = Nothing arrives at { $address } ({ $status }). Ask for another address.
patient-mail-wanted = { $address }, not confirmed yet. The person confirms it after signing in, under "Messages by e-mail".
patient-mail-no-access = For this the person needs access first.
patient-mail-address = Address that the person gives
patient-mail-save = Enter the address
calls-title = Please call
calls-door = { $count ->
    [0] Please call
    [one] Please call: one person
   *[other] Please call: { $count } people
  }
calls-what = There is something new for these people, and no e-mail reaches them, or their own e-mail address no longer works. On the telephone tell only the person concerned what it is about.
calls-nobody = Nobody is to be called at the moment.
calls-since = News since { $when }
calls-refused = The e-mail address takes nothing.
calls-address = Their own e-mail address has not worked since { $when }. Ask for another one.
calls-address-others = Whoever acts for them is reached by e-mail.
calls-no-phone = No telephone number entered
calls-phone = Telephone { $phone }
calls-done = Called
calls-done-who = Called: { $name }
calls-made = Called and not signed in since
calls-made-by = { $name }: { $when }, { $who }

# Admissions' own rules.

rule-title = Our own rules
rule-door = Our own rules
rule-what = A rule declines at once what your clinic can never meet. It only looks at what an inquiry states: where something is left out, no rule declines. Every rule is off at first.
rule-none = There is no rule yet. All inquiries come to you.
rule-new = New rule
rule-to-list = All rules
rule-on = on
rule-off = off
rule-switched = Switched on { $moment } by { $by }.
rule-written = Written { $moment } by { $by }.
rule-declined = { $count ->
    [0] Has declined nothing yet.
    [one] Has declined 1 inquiry.
   *[other] Has declined { $count } inquiries.
  }
rule-says = Declines when the inquiry states all of this:
rule-reason-told = Reason that the other clinic reads: { $reason }
rule-or = { $first } or { $second }
rule-field = { $field ->
    [constraint] Special needs
    [indication] Indication
    [operation] Operation
    [payer] Payer
    [setting] Kind of rehabilitation
    [singer] Independence (SINGER)
    [barthel] Independence (Barthel)
    [mobility] Walking aid
    [weight-bearing] Weight bearing
   *[language] Language, if not German
  }

rule-trial-title = What the rule would have done with the last inquiries
rule-trial = { $tried ->
    [0] There is no inquiry yet on which the rule can be tried.
    [one] Tried on the last inquiry: it would have declined { $hits } of them.
   *[other] Tried on the last { $tried } inquiries: it would have declined { $hits } of them.
  }
rule-trial-erased = { $count ->
    [one] What 1 more inquiry said is erased already; nothing can be tried on it.
   *[other] What { $count } more inquiries said is erased already; nothing can be tried on them.
  }
rule-trial-line = From { $clinic }, { $moment }
rule-switch-on = Switch the rule on
rule-switch-on-what = From then on it declines every new inquiry that it fits. Each decline stays in the inbox for 24 hours and can be reopened in that time. Inquiries that are here already are left alone.
rule-switch-off = Switch the rule off
rule-switch-off-what = New inquiries then come to you again.
rule-remove = Remove the rule
rule-remove-what = What it declined can still be read.

rule-change = Change the rule
rule-change-what = After a change the rule is off, until somebody has seen what it would do and switches it on again.
rule-name = Name of the rule
rule-name-hint = For example: no dialysis
rule-reason = Reason of the refusal
rule-reason-hint = Only reasons that follow from the rule. The other clinic reads it.
rule-conditions = The inquiry states …
rule-conditions-what = Within a group one is enough. If you tick something in several groups, something of each group must be stated.
rule-chosen = { $count } ticked
rule-choose = Please choose
rule-save = Save the rule
rule-fault = { $code ->
    [rule-name] Please give the rule a name of at most { $most } characters.
    [rule-empty] Please tick at least one thing. Otherwise the rule would fit nothing.
    [rule-code] Something chosen is not known. Please check what you ticked.
    [rule-no-reason] Please choose a reason.
    [rule-reason] This reason does not follow from the rule. The other clinic is to read the true reason: it must hold for everything that is ticked in one group. Choose another reason, or make two rules.
    [rule-many] There are very many rules already. Please remove one first.
    [rule-changed] Somebody has changed the rule meanwhile. Below is what it does now. Nothing was switched.
   *[other] That is not possible now ({ $code }).
  }

## In the inbox
rule-group = Declined by rules, can be reopened for 24 hours
rule-line = Rule “{ $rule }”: { $reason }
rule-line-until = can be reopened until { $moment }
rule-line-reopened = reopened
rule-by = The rule “{ $rule }” declined this { $moment }. It had been switched on by { $by }.
rule-by-until = You can reopen the inquiry until { $moment }.
rule-by-reopened = Reopened { $moment } by { $by }. The other clinic can now ask again; no rule declines the same question a second time.
rule-reopen-late = The inquiry was reopened before, or the 24 hours are over. Please call the other clinic.

## At the asking clinic
rule-reopened = Refusal taken back: you can ask again
rule-story-reopened = { $clinic } has taken its refusal back.

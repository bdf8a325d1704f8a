# What the pages say: English. Here: a patient's page as the ward and physicians read it.

ward-next = What comes next
ward-no-case = Nothing has been set up yet for the time after the hospital.
ward-owner = Looked after by: { $who }
ward-facts = How it stands
ward-discharge = Discharge
ward-open = still open
ward-begin-by = Rehabilitation to begin by
ward-plan-full = Complete, as of { $at }
ward-plan-part = Begun, something is still missing. As of { $at }
ward-place = Chosen clinic
ward-place-none = None yet
ward-chosen = { $clinic }: { $state }.
ward-admission = Day of admission: { $day }
ward-messages-none = None
ward-messages = { $count ->
    [one] One exchange.
   *[other] { $count } exchanges.
}
ward-messages-waiting = One has been waiting for an answer since { $at }.
ward-wishes = Wishes
ward-clinics = Clinics asked
ward-phone = { $clinic } (by phone)
ward-phone-open = asked by fax, no answer yet
ward-phone-offer = place from { $day }
ward-phone-declined = no place
ward-documents = Documents
ward-documents-none = None yet.
ward-story = What happened so far
ward-story-agreed = Consent to discharge management given
ward-story-refused = Discharge management refused
ward-story-took-back = Consent taken back
ward-story-wished = Wishes written down
ward-story-by = { $text } (by { $who })
ward-story-to = { $what }: to { $clinic }
ward-story-from = { $what }: from { $clinic }
ward-threads = Exchanges you may read
ward-story-fax = Asked by fax: { $clinic }
ward-story-phone-offered = Place offered by phone: { $clinic }
ward-story-phone-declined = Declined by phone: { $clinic }
ward-story-phone-chosen = Chosen (by phone): { $clinic }
ward-story-phone-left = Choice taken back (by phone): { $clinic }
ward-story-phone-named = Faxed with the name, admission { $day }: { $clinic }
ward-story-phone-payer = Decision of the payer { $day }: { $decision } ({ $clinic })
ward-story-phone-arrived = Arrived { $day } (reported by phone): { $clinic }
ward-story-phone-absent = Did not arrive { $day } ({ $reason }; reported by phone): { $clinic }
ward-story-ended = The social service ended the case.

# What the pages say: English. Here: IT and data protection.
status-title = How this node is
status-well = All is well.
status-look = Someone should look at this.
status-to-do = To do:
status-member = Membership
status-member-yes = This clinic belongs to the network.
status-member-no = This clinic is suspended, removed or not listed. Its own patients are served on; nothing is exchanged with other clinics.
status-member-remedy = Please call the cooperative.
status-document = Network document, version { $version }
status-document-good = valid until { $date }
status-document-ends = ends in { $days } days
status-document-grace = has ended; full work for { $days } more days
status-document-running = has ended; only running conversations, for { $days } more days
status-document-over = ended too long ago; only synchronisation goes on
status-document-remedy = Ask the cooperative for the new network document and take it with "verbund membership take".
status-peers = Other nodes
status-peers-up = { $up } of { $others } are connected; the bar shows of how many the address is known
status-peers-remedy = Check with "verbund doctor" whether connections to the outside are allowed.
status-places = Free places
status-places-known = statements of { $count } departments are here
status-pages = Web pages
status-pages-none = nobody has read a page since this node started
status-pages-took = of 100 pages, 99 were done after at most { $ms } milliseconds lately; { $count } pages since the start
status-clock = Clock
status-clock-good = agrees with the others
status-clock-off = differs from the others, or none of them can be heard since it changed; no promises are made
status-clock-remedy = Set the clock (NTP), or confirm it with "verbund doctor --confirm-clock".
status-recovery = Recovery
status-recovery-since = under way since { $when }; still missing: { $members }
status-recovery-remedy = Wait until these members can be reached, or go on without them by "verbund restore release".
status-certificate-patient = Certificate of the patients' pages
status-certificate-staff = Certificate of the staff's pages
status-certificate-node = Certificates with which this node works with other clinics
status-certificate-days = { $days ->
    [0] valid only today, until { $until }
    [one] valid for one more day, until { $until }
   *[other] valid for { $days } more days, until { $until }
  }
status-certificate-over = ended on { $until }
status-certificate-broken = cannot be read; the former one stays
status-certificate-remedy = Put a new certificate into the files that the configuration names. It is read by itself.
status-certificate-node-remedy = Ask the cooperative for new certificates, take them in with “verbund join”, and restart the node.
status-disk = Disk
status-disk-free = { $free } of { $all } GiB free
status-disk-remedy = Make room before new work is refused.
status-queues = Messages waiting
status-queues-none = Nothing waits.
status-queue-waiting = { $count ->
    [one] one message waits
   *[other] { $count } messages wait
}
status-queue-failing = has not gone out since { $when }
status-peer-list = All nodes
status-peer-up = connected, { $ms } ms
status-peer-just-up = connected
status-peer-down = not connected
status-peer-unlisted = not in the member list
audit-title = Audit
audit-what = Who did what, when and why. Patients stand here under a random id only. This search is in the audit, too.
audit-actor = Person
audit-action = Action
audit-action-hint = Its beginning is enough, for example: patient. or consent
audit-about = Id
audit-about-hint = Stands in the address of the patient's page, 16 characters
audit-about-wrong = An id has 16 digits and letters from a to f.
audit-from = From
audit-until = Until
audit-day-wrong = Please enter a day, for example 1.12.2026.
audit-search = Search
audit-older = Older entries
audit-none = No entry fits.
audit-when = When
audit-purpose = Purpose
audit-detail = Details

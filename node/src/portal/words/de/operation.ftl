# Was die Seiten sagen: Deutsch. Hier: IT und Datenschutz.
status-title = Zustand dieses Knotens
status-well = Alles in Ordnung.
status-look = Hier sollte jemand nachsehen.
status-to-do = Zu tun:
status-member = Mitgliedschaft
status-member-yes = Dieses Haus gehört zum Verbund.
status-member-no = Dieses Haus ist ausgesetzt, entfernt oder nicht eingetragen. Eigene Patientinnen und Patienten werden weiter versorgt; mit anderen Kliniken wird nichts ausgetauscht.
status-member-remedy = Bitte rufen Sie die Genossenschaft an.
status-document = Netzdokument, Fassung { $version }
status-document-good = gültig bis { $date }
status-document-ends = endet in { $days } Tagen
status-document-grace = abgelaufen; noch { $days } Tage volle Arbeit
status-document-running = abgelaufen; nur laufende Vorgänge, noch { $days } Tage
status-document-over = zu lange abgelaufen; es wird nur noch abgeglichen
status-document-remedy = Bitten Sie die Genossenschaft um das neue Netzdokument, und nehmen Sie es mit „verbund membership take“ an.
status-peers = Andere Knoten
status-peers-up = { $up } von { $others } sind verbunden; der Balken zeigt, von wie vielen die Adresse bekannt ist
status-peers-remedy = Prüfen Sie mit „verbund doctor“, ob Verbindungen nach außen erlaubt sind.
status-places = Freie Plätze
status-places-known = Angaben von { $count } Abteilungen sind hier
status-pages = Web-Seiten
status-pages-none = seit dem Start dieses Knotens hat noch niemand eine Seite gelesen
status-pages-took = von 100 Seiten waren zuletzt 99 nach höchstens { $ms } Millisekunden fertig; { $count } Seiten seit dem Start
status-clock = Uhr
status-clock-good = stimmt mit den anderen überein
status-clock-off = weicht von den anderen ab, oder keine andere ist zu hören, seit sie sich verstellt hat; es werden keine Zusagen gemacht
status-clock-remedy = Stellen Sie die Uhr (NTP), oder bestätigen Sie sie mit „verbund doctor --confirm-clock“.
status-recovery = Wiederherstellung
status-recovery-since = läuft seit { $when }; es fehlt noch: { $members }
status-recovery-remedy = Warten Sie, bis diese Mitglieder erreichbar sind, oder geben Sie sie mit „verbund restore release“ frei.
status-certificate-patient = Zertifikat der Seiten für Patientinnen und Patienten
status-certificate-staff = Zertifikat der Seiten für Mitarbeitende
status-certificate-node = Zertifikate, mit denen dieser Knoten mit anderen Kliniken arbeitet
status-certificate-days = { $days ->
    [0] nur noch heute gültig, bis { $until }
    [one] noch einen Tag gültig, bis { $until }
   *[other] noch { $days } Tage gültig, bis { $until }
  }
status-certificate-over = abgelaufen am { $until }
status-certificate-broken = kann nicht gelesen werden; das frühere gilt weiter
status-certificate-remedy = Legen Sie ein neues Zertifikat in die Dateien aus der Konfiguration. Es wird von selbst gelesen.
status-certificate-node-remedy = Bitten Sie die Genossenschaft um neue Zertifikate, nehmen Sie sie mit „verbund join“ an, und starten Sie den Knoten neu.
status-disk = Platte
status-disk-free = { $free } von { $all } GiB frei
status-disk-remedy = Schaffen Sie Platz, bevor neue Arbeit abgelehnt wird.
status-queues = Wartende Nachrichten
status-queues-none = Es wartet nichts.
status-queue-waiting = { $count ->
    [one] eine Nachricht wartet
   *[other] { $count } Nachrichten warten
}
status-queue-failing = geht seit { $when } nicht hinaus
status-peer-list = Alle Knoten
status-peer-up = verbunden, { $ms } ms
status-peer-just-up = verbunden
status-peer-down = nicht verbunden
status-peer-unlisted = nicht in der Mitgliederliste
audit-title = Protokoll
audit-what = Wer hat wann was getan, und warum. Patientinnen und Patienten stehen hier nur unter einer zufälligen Kennung. Auch diese Suche wird protokolliert.
audit-actor = Person
audit-action = Vorgang
audit-action-hint = Anfang genügt, zum Beispiel: patient. oder consent
audit-about = Kennung
audit-about-hint = Steht in der Adresse der Patientenseite, 16 Zeichen
audit-about-wrong = Eine Kennung hat 16 Ziffern und Buchstaben von a bis f.
audit-from = Von
audit-until = Bis
audit-day-wrong = Bitte geben Sie einen Tag ein, zum Beispiel 1.12.2026.
audit-search = Suchen
audit-older = Ältere Einträge
audit-none = Kein Eintrag passt.
audit-when = Wann
audit-purpose = Zweck
audit-detail = Einzelheiten

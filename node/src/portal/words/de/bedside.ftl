# Was die Seiten sagen: Deutsch. Hier: ein Tablet am Krankenbett.

## Auf dem Tablet
bedside-title = Am Krankenbett
bedside-code = Code
bedside-code-hint = 12 Zeichen. Sie stehen auf dem Bildschirm der Person, die Sie begleitet.
bedside-over-idle = Das Tablet hat sich geschlossen, weil es eine Weile niemand berührt hat. Haben Sie noch etwas abgeschickt, ist es aufgehoben: Es steht wieder da, wenn jemand vom Team das Tablet für Sie neu öffnet.
bedside-open-button = Öffnen
bedside-wrong = Dieser Code stimmt nicht, ist abgelaufen oder schon benutzt. Lassen Sie sich einen neuen geben.
bedside-over = Hier ist es zu Ende. Auf diesem Tablet ist nichts mehr zu sehen. Bitte geben Sie es zurück.
bedside-for = Für: { $name }
bedside-with = Am Krankenbett, begleitet von { $role }
bedside-return = Beenden und Tablet zurückgeben
bedside-done-title = Fertig
bedside-done = Danke. Es ist gespeichert oder beendet. Bitte geben Sie das Tablet jetzt zurück.
bedside-done-again = Neuen Code eingeben

## Für Mitarbeitende
bedside-new = Am Krankenbett öffnen
bedside-new-what = Die Patientin oder der Patient entscheidet selbst, auf einem Tablet, das nur diese eine Sache zeigt. Sie stehen daneben und helfen beim Bedienen, nicht beim Entscheiden.
bedside-matter = Worum geht es?
bedside-consent = Einwilligung in das Entlassmanagement
bedside-wishes = Wünsche für die Reha
bedside-choice = Wahl unter den Angeboten
bedside-seen = Ich stehe bei der Patientin oder dem Patienten und habe an Armband oder Ausweis geprüft, wer es ist.
bedside-begin = Code anzeigen
bedside-matter-missing = Bitte wählen Sie, worum es geht.
bedside-seen-missing = Bitte prüfen Sie erst an Armband oder Ausweis, wer es ist.
bedside-code-what = Öffnen Sie auf dem Tablet diese Adresse, oder nehmen Sie den QR-Code:
bedside-until = Der Code gilt einmal, bis { $time } Uhr.
bedside-see = Weiter: sehen, wie es steht
bedside-stands-title = Tablet am Krankenbett
bedside-waiting = Der Code wartet auf ein Tablet.
bedside-expired = Der Code wurde nicht rechtzeitig benutzt und gilt nicht mehr.
bedside-open = Das Tablet ist offen. Es schließt sich nach der Entscheidung, oder wenn es 15 Minuten niemand berührt.
bedside-idle = Das Tablet wurde 15 Minuten nicht berührt und ist geschlossen.
bedside-ended-done = Erledigt: Die Entscheidung ist gespeichert, das Tablet ist geschlossen.
bedside-ended-returned = Das Tablet wurde ohne Entscheidung zurückgegeben.
bedside-ended-staff = Sie oder eine Kollegin, ein Kollege haben es beendet.
bedside-ended-replaced = Es wurde durch ein neues ersetzt.
bedside-end = Jetzt beenden
bedside-patient = Zur Seite von { $name }

## Story
bedside-story = { $text } (am Krankenbett, begleitet von: { $role })

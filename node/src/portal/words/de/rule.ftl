# Eigene Regeln der Aufnahme.

rule-title = Eigene Regeln
rule-door = Eigene Regeln
rule-what = Eine Regel sagt Anfragen sofort ab, die Ihre Klinik nie erfüllen kann. Sie prüft nur, was die Anfrage ausdrücklich sagt: Fehlt eine Angabe, sagt keine Regel ab. Am Anfang ist jede Regel aus.
rule-none = Noch gibt es keine Regel. Alle Anfragen kommen zu Ihnen.
rule-new = Neue Regel
rule-to-list = Zu allen Regeln
rule-on = eingeschaltet
rule-off = aus
rule-switched = Eingeschaltet am { $moment } von { $by }.
rule-written = Geschrieben am { $moment } von { $by }.
rule-declined = { $count ->
    [0] Hat noch nichts abgesagt.
    [one] Hat 1 Anfrage abgesagt.
   *[other] Hat { $count } Anfragen abgesagt.
  }
rule-says = Sagt ab, wenn die Anfrage alles davon nennt:
rule-reason-told = Grund, den die andere Klinik liest: { $reason }
rule-or = { $first } oder { $second }
rule-field = { $field ->
    [constraint] Besonderer Bedarf
    [indication] Indikation
    [operation] Operation
    [payer] Kostenträger
    [setting] Art der Rehabilitation
    [singer] Selbständigkeit (SINGER)
    [barthel] Selbständigkeit (Barthel)
    [mobility] Gehhilfe
    [weight-bearing] Belastbarkeit
   *[language] Sprache, wenn nicht Deutsch
  }

rule-trial-title = Was die Regel mit den letzten Anfragen getan hätte
rule-trial = { $tried ->
    [0] Es ist noch keine Anfrage da, an der sich die Regel prüfen lässt.
    [one] Geprüft an der letzten Anfrage: { $hits } davon hätte sie abgesagt.
   *[other] Geprüft an den letzten { $tried } Anfragen: { $hits } davon hätte sie abgesagt.
  }
rule-trial-erased = { $count ->
    [one] Bei 1 weiteren Anfrage sind die Angaben schon gelöscht; an ihr lässt sich nichts mehr prüfen.
   *[other] Bei { $count } weiteren Anfragen sind die Angaben schon gelöscht; an ihnen lässt sich nichts mehr prüfen.
  }
rule-trial-line = Von { $clinic }, { $moment }
rule-switch-on = Regel einschalten
rule-switch-on-what = Ab dann sagt sie jede neue Anfrage ab, auf die sie passt. Jede Absage steht 24 Stunden lang im Eingang und lässt sich in dieser Zeit wieder öffnen. Anfragen, die schon da sind, bleiben unberührt.
rule-switch-off = Regel ausschalten
rule-switch-off-what = Neue Anfragen kommen dann wieder zu Ihnen.
rule-remove = Regel entfernen
rule-remove-what = Was sie abgesagt hat, bleibt nachlesbar.

rule-change = Regel ändern
rule-change-what = Nach einer Änderung ist die Regel aus, bis jemand gesehen hat, was sie tun würde, und sie wieder einschaltet.
rule-name = Name der Regel
rule-name-hint = Zum Beispiel: Keine Dialyse
rule-reason = Grund der Absage
rule-reason-hint = Nur Gründe, die aus der Regel folgen. Die andere Klinik liest ihn.
rule-conditions = Die Anfrage nennt …
rule-conditions-what = Innerhalb einer Gruppe genügt eines. Kreuzen Sie in mehreren Gruppen etwas an, muss aus jeder Gruppe etwas zutreffen.
rule-chosen = { $count } angekreuzt
rule-choose = Bitte wählen
rule-save = Regel speichern
rule-fault = { $code ->
    [rule-name] Bitte geben Sie der Regel einen Namen mit höchstens { $most } Zeichen.
    [rule-empty] Bitte kreuzen Sie mindestens eine Angabe an. Sonst träfe die Regel auf nichts zu.
    [rule-code] Eine Angabe ist nicht bekannt. Bitte prüfen Sie die Auswahl.
    [rule-no-reason] Bitte wählen Sie einen Grund.
    [rule-reason] Dieser Grund folgt nicht aus der Regel. Die andere Klinik soll den wahren Grund lesen: Er muss für alles gelten, was in einer Gruppe angekreuzt ist. Wählen Sie einen anderen Grund, oder machen Sie zwei Regeln.
    [rule-many] Es gibt schon sehr viele Regeln. Bitte entfernen Sie zuerst eine.
    [rule-changed] Jemand hat die Regel inzwischen geändert. Unten steht, was sie jetzt tut. Es wurde nichts geschaltet.
   *[other] Das geht jetzt nicht ({ $code }).
  }

## Im Eingang
rule-group = Von Regeln abgesagt, 24 Stunden lang wieder zu öffnen
rule-line = Regel „{ $rule }“: { $reason }
rule-line-until = bis { $moment } wieder zu öffnen
rule-line-reopened = wieder geöffnet
rule-by = Die Regel „{ $rule }“ hat am { $moment } abgesagt. Eingeschaltet hatte sie { $by }.
rule-by-until = Bis { $moment } können Sie die Anfrage wieder öffnen.
rule-by-reopened = Wieder geöffnet am { $moment } von { $by }. Die andere Klinik kann jetzt noch einmal fragen; dieselbe Frage sagt keine Regel ein zweites Mal ab.
rule-reopen-late = Die Anfrage wurde schon wieder geöffnet, oder die 24 Stunden sind vorbei. Rufen Sie die andere Klinik an.

## Bei der anfragenden Klinik
rule-reopened = Absage zurückgenommen: Sie können noch einmal fragen
rule-story-reopened = { $clinic } hat die Absage zurückgenommen.

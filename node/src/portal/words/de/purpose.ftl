# Was die Seiten sagen: Deutsch. Hier: Zugriff außerhalb einer Behandlung.
purpose-title = Wofür brauchen Sie diese Daten?
purpose-what = Diese Person ist hier zurzeit nicht in Behandlung. Sie dürfen ihre Daten ansehen, wenn Sie einen Grund haben. Bitte nennen Sie ihn. Die oder der Datenschutzbeauftragte sieht, wer was angegeben hat.
purpose-which = Grund
purpose-question = Die Person oder jemand, der für sie handelt, hat eine Frage
purpose-treating = Wer sie jetzt behandelt, hat eine Frage
purpose-return = Sie kommt wieder zu uns
purpose-billing = Abrechnung, oder der Kostenträger fragt
purpose-complaint = Beschwerde oder rechtlicher Anspruch
purpose-quality = Qualitätssicherung
purpose-other = Etwas anderes
purpose-words = Was ist dazu zu sagen?
purpose-words-hint = Bei „Etwas anderes“ nötig, sonst freiwillig.
purpose-words-wrong = Bitte schreiben Sie in ein paar Worten, wofür; höchstens { $most } Zeichen.
purpose-missing = Bitte wählen Sie einen Grund.
purpose-after = Danach können Sie { $minutes } Minuten lang nachsehen. Alles steht im Protokoll.
purpose-go-on = Weiter
purpose-door = { $waiting ->
    [0] Zugriffe außerhalb einer Behandlung
    [one] Zugriffe außerhalb einer Behandlung: einer ist neu
   *[other] Zugriffe außerhalb einer Behandlung: { $waiting } sind neu
}
purposes-title = Zugriffe außerhalb einer Behandlung
purposes-what = Hier steht, wer Daten von Menschen angesehen hat, die nicht in Behandlung waren, und mit welchem Grund. Die Menschen stehen hier nur unter einer zufälligen Kennung. Mit der Kennung zeigt das Protokoll, was genau angesehen wurde.
purposes-none = Nichts Neues.
purposes-about = Kennung { $about }
purposes-tick = Geprüft
purposes-tick-off = Geprüft: { $who }, { $when }
purposes-seen = { $count ->
    [one] Schon geprüft: einer
   *[other] Schon geprüft: { $count }
}
purpose-seen = Geprüft von { $by }, { $when }

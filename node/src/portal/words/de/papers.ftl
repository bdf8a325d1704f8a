# Was die Seiten sagen: Deutsch. Hier: Unterlagen.
papers-title = Unterlagen
papers-none = Es sind noch keine Unterlagen da.
papers-added = { $name }, { $when }
papers-coming = noch unterwegs
papers-failed = nicht angekommen
papers-add = Unterlage hinzufügen
papers-kind = Art
papers-kind-wrong = Bitte wählen Sie die Art der Unterlage.
papers-name = Bezeichnung
papers-name-hint = Eine Zeile, zum Beispiel: Entlassbrief Orthopädie
papers-title-wrong = Die Bezeichnung ist eine Zeile mit 1 bis 160 Zeichen.
papers-file = Datei
papers-file-hint = PDF, Bilder (PNG, JPEG, TIFF), DICOM oder Text
papers-no-file = Bitte wählen Sie eine Datei aus.
papers-not-allowed = Diese Datei wird nicht angenommen: Ihr Inhalt ist kein PDF, kein Bild und kein anderer erlaubter Typ, oder er passt nicht zur Endung des Dateinamens.
papers-too-many-pixels = Dieses Bild hat zu viele Bildpunkte, um es anzuzeigen. Bitte speichern Sie es kleiner und wählen Sie es noch einmal aus.
papers-too-large = { $size ->
    [0] Die Datei ist zu groß. Bitte teilen Sie sie.
   *[other] Die Datei hat { $size } MiB und ist damit zu groß. Bitte teilen Sie sie.
}
papers-cut-off = Die Datei kam nicht vollständig an. Es wurde nichts gespeichert. Bitte versuchen Sie es noch einmal.
papers-full = Auf diesem Server ist kein Platz mehr. Es wurde nichts gespeichert. Bitte sagen Sie der IT Bescheid.
papers-add-button = Hinzufügen
papers-released = für die Patientin oder den Patienten freigegeben am { $at }
papers-not-released = für die Patientin oder den Patienten nicht freigegeben
papers-release = Freigeben
papers-take-back = Freigabe zurücknehmen
papers-act-on = { $act }: { $title }

# Arten von Dokumenten, nach der Klinischen Dokumentenklassen-Liste (KDL). Jede, die im Gebrauch ist, steht hier.
document-kind = { $code ->
    [AD010105] Rehabericht
    [AD010109] Ärztlicher Befundbericht
    [AD010112] Kurzarztbrief
    [AD010115] Entlassungsbericht
    [AM010103] Kostenübernahme
    [AM010201] Antrag auf Rehabilitation
    [AM010204] Antrag auf Verlängerung
    [AM010207] Antrag auf Genehmigung
    [AM030102] Checkliste zur Entlassung
    [AM030103] Entlassungsplan
    [AM050106] Einwilligung in das Entlassmanagement
    [AM050107] Entbindung von der Schweigepflicht
    [AM160103] Vorsorgevollmacht
    [AM160104] Patientenverfügung
    [AM160203] Merkblatt
    [AM170103] Patientenfragebogen
    [AM190201] Formular des Sozialdienstes
    [AM190203] Einschätzung des Sozialdienstes
    [AM190204] Bericht des Sozialdienstes
    [AU010101] Anamnese
    [AU050101] Einweisung ins Krankenhaus
    [AU050102] Überweisungsschein
    [ED110103] Elektronischer Medikationsplan
    [ED110104] Elektronischer Arztbrief
    [ED110112] Entlassungsbrief des Krankenhauses
    [ED110116] Überleitungsbogen der Pflege
    [LB120107] Laborbefund
    [SD070201] Barthel-Index
    [TH130107] Medikationsplan
   *[other] { $code }
  }

# Kinds of documents, after the German list of clinical document classes (KDL). Each that is in use stands here.
document-kind = { $code ->
    [AD010105] Rehab report
    [AD010109] Medical findings report
    [AD010112] Short letter
    [AD010115] Discharge report
    [AM010103] Cost approval
    [AM010201] Rehab application
    [AM010204] Extension request
    [AM010207] Approval request
    [AM030102] Discharge checklist
    [AM030103] Discharge plan
    [AM050106] Consent to discharge management
    [AM050107] Release from confidentiality
    [AM160103] Power of attorney
    [AM160104] Advance directive
    [AM160203] Information sheet
    [AM170103] Patient questionnaire
    [AM190201] Social service form
    [AM190203] Social service assessment
    [AM190204] Social service report
    [AU010101] History (anamnesis)
    [AU050101] Hospital referral
    [AU050102] Referral slip
    [ED110103] Electronic medication plan
    [ED110104] Electronic physician letter
    [ED110112] Hospital discharge letter
    [ED110116] Care handover sheet
    [LB120107] Laboratory report
    [SD070201] Barthel index
    [TH130107] Medication plan
   *[other] { $code }
  }

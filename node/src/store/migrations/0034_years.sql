-- A node that has run for years answers as fast as a new one: what is asked for at every page is found without reading through all that ever was
-- (`scans`).
-- Patients are looked for by the beginnings of their names (`patient::search`).
CREATE INDEX patient_names ON patient (names, birth_date, id);
CREATE INDEX case_open ON discharge_case (opened_at, id) WHERE closed_at IS NULL;
CREATE INDEX account_staff ON account (name, id) WHERE kind = 'staff';
CREATE INDEX conversation_with ON conversation (peer);
CREATE INDEX conversation_ended ON conversation (side, changed_at) WHERE ended_at IS NOT NULL;
CREATE INDEX document_added ON document (added_at DESC, id);
CREATE INDEX news_open ON news (patient) WHERE called_at IS NULL;
CREATE INDEX news_called ON news (called_at) WHERE called_at IS NOT NULL;
CREATE INDEX purpose_seen ON purpose (at) WHERE seen_at IS NOT NULL;
CREATE INDEX admission_rule_decline_rule ON admission_rule_decline (rule);
-- Open pages ask every second whether anything has changed (`pulse::of_clinic`): what has no number that only grows counts here.
CREATE TABLE pulse (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    value INTEGER NOT NULL
) STRICT;
INSERT INTO pulse (one, value) VALUES (1, 0);
CREATE TRIGGER pulse_consent AFTER INSERT ON consent BEGIN UPDATE pulse SET value = value + 1; END;
CREATE TRIGGER pulse_bedside AFTER INSERT ON bedside BEGIN UPDATE pulse SET value = value + 1; END;
CREATE TRIGGER pulse_bedside_step AFTER UPDATE OF opened_at, ended ON bedside BEGIN UPDATE pulse SET value = value + 1; END;
CREATE TRIGGER pulse_owner AFTER INSERT ON case_owner BEGIN UPDATE pulse SET value = value + 1; END;
CREATE TRIGGER pulse_case AFTER UPDATE OF closed_at ON discharge_case BEGIN UPDATE pulse SET value = value + 1; END;
CREATE TRIGGER pulse_phone AFTER INSERT ON case_phone BEGIN UPDATE pulse SET value = value + 1; END;
CREATE TRIGGER pulse_phone_answer AFTER INSERT ON case_phone_answer BEGIN UPDATE pulse SET value = value + 1; END;
CREATE TRIGGER pulse_phone_step AFTER INSERT ON case_phone_step BEGIN UPDATE pulse SET value = value + 1; END;
CREATE TRIGGER pulse_phone_event AFTER INSERT ON case_phone_event BEGIN UPDATE pulse SET value = value + 1; END;
CREATE TRIGGER pulse_delivery AFTER INSERT ON delivery BEGIN UPDATE pulse SET value = value + 1; END;
CREATE TRIGGER pulse_delivery_end AFTER DELETE ON delivery BEGIN UPDATE pulse SET value = value + 1; END;

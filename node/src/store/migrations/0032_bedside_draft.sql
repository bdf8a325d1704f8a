-- What a patient had sent at the bedside after the tablet had closed by itself: it stands there again when the tablet is opened for her anew.
CREATE TABLE bedside_draft (
    patient BLOB NOT NULL REFERENCES patient (id) ON DELETE CASCADE,
    path    TEXT NOT NULL,           -- where the form is sent to
    page    TEXT NOT NULL,           -- where it is shown again
    fields  TEXT NOT NULL,           -- JSON: pairs of name and text, without the form's token
    at      INTEGER NOT NULL,
    PRIMARY KEY (patient, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX bedside_draft_at ON bedside_draft (at);

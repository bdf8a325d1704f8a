-- Who did something with whose data: of each hour the first entry of the audit about somebody by one actor with one action (`audit::looks`), unless
-- the patient herself did it or the node by itself. A patient's page shows it; without this it read every entry about her, her own looks among them.
-- Days in Germany begin on full hours. Up to now an actor of the audit tells who it was; from now on its roles do.
CREATE TABLE audit_look (
    subject BLOB NOT NULL,
    hour    INTEGER NOT NULL,         -- since 1970
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (subject, hour, actor, action)
) STRICT, WITHOUT ROWID;
INSERT INTO audit_look SELECT subject, at / 3600000, actor, action, min(seq) FROM audit
    WHERE subject IS NOT NULL AND actor <> 'node' AND actor NOT GLOB 'patient [0-9a-f]*' AND actor NOT GLOB 'bedside [0-9a-f]*'
    GROUP BY subject, at / 3600000, actor, action ORDER BY subject, at / 3600000, actor, action;

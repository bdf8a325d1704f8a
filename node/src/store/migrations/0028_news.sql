-- Open pages ask, after every change, when a document last came or went and when anybody last stated wishes.
CREATE INDEX document_changed ON document (changed_at);
CREATE INDEX wish_list_stated ON wish_list (stated_at);

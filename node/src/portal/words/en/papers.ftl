# What the pages say: English. Here: documents.
papers-title = Documents
papers-none = There are no documents yet.
papers-added = { $name }, { $when }
papers-coming = still on its way
papers-failed = did not arrive
papers-add = Add a document
papers-kind = Kind
papers-kind-wrong = Please choose the kind of document.
papers-name = Title
papers-name-hint = One line, for example: discharge letter orthopaedics
papers-title-wrong = The title is one line of 1 to 160 characters.
papers-file = File
papers-file-hint = PDF, pictures (PNG, JPEG, TIFF), DICOM or text
papers-no-file = Please choose a file.
papers-not-allowed = This file is not taken: its content is no PDF, no picture and no other allowed type, or it does not fit the end of the file's name.
papers-too-many-pixels = This picture has too many pixels to be shown. Please save it smaller and choose it again.
papers-too-large = { $size ->
    [0] The file is too large. Please split it.
   *[other] The file has { $size } MiB, which is too large. Please split it.
}
papers-cut-off = The file did not arrive complete. Nothing was kept. Please try again.
papers-full = There is no room left on this server. Nothing was kept. Please tell IT.
papers-add-button = Add
papers-released = released for the patient on { $at }
papers-not-released = not released for the patient
papers-release = Release
papers-take-back = Take the release back
papers-act-on = { $act }: { $title }

## Zweiter Schritt
second-mail-hint = Schreiben Sie den Code aus der E-Mail. Ein Code aus Ihrer App oder von Ihrer Liste geht auch.
second-mail-button = Code per E-Mail schicken
second-mail-what = Wir können Ihnen auch einen Code per E-Mail schicken.
second-mail-sent = Wir haben einen Code an { $address } geschickt. Sie haben 10 Minuten Zeit. Keine E-Mail da? Sehen Sie auch bei der Werbung nach.
second-mail-wait = Der Code kommt gleich. Warten Sie { $seconds } Sekunden. Dann können Sie einen neuen bekommen.
second-mail-too-many = Das waren zu viele Codes. Versuchen Sie es in einer Stunde noch einmal.

## Einrichten
setup-mail-title = Per E-Mail
setup-mail-what = Bei jedem Anmelden schicken wir Ihnen einen Code. Er kommt mit einer E-Mail.
setup-mail-button = E-Mail-Adresse angeben

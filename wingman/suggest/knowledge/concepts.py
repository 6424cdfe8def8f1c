"""Words that mean the same in a business: whoever asks for a guarantee finds the warranty. Data; pure.

A line is an idea, in five languages where they differ; a word may stand in several, a phrase in quotes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from wingman.suggest.playbook.signals import normalise

_IDEAS = """
replacement "stops working" dies guarantee guaranteed warranty warranties garantie gewährleistung garantía \
 garantia
cancel cancellation quit terminate termination withdraw "get out" "pull out" "call off" "opt out" \
 "back out" leave leaving exit kündigen kündigung kündigungsfrist stornieren stornierung résilier \
 résiliation annuler annulation cancelar cancelación cancelamento baja rescindir
notice "notice period" frist kündigungsfrist préavis preaviso "aviso prévio" terminate cancel leave quit \
 resign "move out"
return returns refund refundable "send back" "give back" "bring back" "money back" exchange "take back" \
 rückgabe zurückgeben umtausch erstattung zurückschicken retour retourner remboursement rembourser \
 devolución devolver reembolso devolução
ship shipping shipment deliver delivery dispatch courier post postage parcel freight send versand \
 versenden lieferung liefern lieferzeit livraison livrer expédition envío enviar entrega entregar envio \
 frete
abroad international overseas country countries export foreign ausland étranger extranjero exterior
vacation vacations holiday holidays leave "time off" "days off" "day off" pto urlaub urlaubstage ferien \
 congé congés vacaciones férias
long-term sick sickness ill illness unwell flu "sick note" "doctor's note" krank krankheit krankmeldung \
 maladie malade arrêt enfermo enfermedad baja doente doença
parental maternity paternity pregnant pregnancy expecting baby newborn mother mothers father fathers dad \
 dads mum partner partners elternzeit mutterschutz maternité paternité maternidad paternidad maternidade \
 paternidade
remote remotely home "home office" homeoffice "work from home" "working from home" télétravail teletrabajo \
 teletrabalho
salary salaries pay paid payday wage wages payroll gehalt lohn salaire salario salário
rise raise increase promotion review reviewed gehaltserhöhung augmentation aumento
expense expenses reimburse reimbursed reimbursement receipt receipts claim spesen auslagen notes frais \
 gastos despesas
pension retire retirement 401k superannuation rente altersvorsorge retraite jubilación pensión \
 aposentadoria reforma
level levels beginner beginners intermediate advanced placement assessment niveau nivel nível
lesson lessons class classes course courses teacher teachers tutor teach taught unterricht kurs kurse \
 cours clase clases aula aulas
book books textbook textbooks coursebook material materials lehrbuch manuel libro livro
"at the end" diploma degree certificate attendance graduation transcript abschluss diplôme título
exam exams examination prüfung examen exame
begin begins start starts starting "next date" intake beginn anfang début inicio início
stay live lives accommodation lodging residence dormitory host unterkunft wohnen hébergement logement \
 alojamiento alojamento
training course courses learning conference conferences workshop certification weiterbildung schulung \
 formation formación curso cursos formação
probation "trial period" "probationary period" probezeit "période d'essai" "período de prueba" \
 "período de experiência"
trial "try it" "try out" "try it out" "test it" demo "free trial" pilot sample testen probeweise testphase \
 essai essayer prueba probar teste experimentar
discount discounts rebate reduction cheaper "money off" "anything off" "something off" deal voucher coupon \
 concession rabatt nachlass günstiger remise réduction descuento rebaja desconto
grant grants funding subsidy subsidies subsidised subvention incentive "state bank" loan loans finance \
 financing förderung zuschuss subventions subvención subsídio
charity charities nonprofit "non-profit" "non-profits" ngo foundation school schools university \
 gemeinnützig verein association ong
student students pupil apprentice college school schools étudiant estudiante estudante studenten
senior seniors pensioner pensioners retired elderly "over 60" "over 65" oaps rentner retraités jubilados \
 idosos
price prices pricing "how much" "set us back" "set me back" "come to" "comes to" "the damage" "per head" \
 quote quotes quotation estimate cost costs rate rates tariff tariffs fee fees charge charges preis preise \
 kosten kostet prix tarif tarifs coût precio precios coste preço preços custo
plan plans package packages tier tiers edition editions subscription subscriptions tarif abo abonnement \
 forfait plano planes
yearly annual annually year "per year" "whole year" upfront jährlich annuel anual
monthly month "per month" "each month" monatlich mensuel mensual mensal
payment pay paying invoice invoices billing bill card "credit card" "direct debit" cash paypal transfer \
 instalment instalments bezahlen zahlung rechnung ratenzahlung paiement payer facture pago pagar factura \
 pagamento fatura boleto
deposit bond "down payment" prepayment kaution anzahlung caution acompte dépôt fianza depósito sinal \
 caução
minimum "at least" fewest smallest mindestmenge mindest minimal mínimo
maximum limit limits cap most largest biggest upper höchstens grenze maximal plafond máximo límite limite
access "get in" "come in" "let in" keys key chip staffed reception "round the clock" "24 7" night nights \
 zugang schlüssel accès acceso acesso
open opening hours "opening hours" opens close closes closing closed "office hours" weekend weekends \
 saturday sunday saturdays sundays öffnungszeiten geöffnet horaires ouvert horario abierto horário aberto
"out of hours" emergency emergencies urgent "on-call" "on call" night nights weekend sunday notfall \
 notdienst bereitschaft urgence urgences garde emergencia urgencia emergência urgência
appointment appointments booking book slot slots schedule reserve reservation termin termine rendez-vous \
 cita reserva agendar marcar consulta
late delay delayed delays overdue behind verspätung retard retraso atraso
"no show" "no-show" missed miss "can't come" "cannot come" "can't make it" "couldn't make it" \
 "didn't turn up" verpasst
prescription prescriptions tablets pills medication medicine drugs refill rezept medikament ordonnance \
 receta receita
vaccine vaccines vaccination vaccinations jab jabs shot shots immunisation impfung vaccin vacuna vacina
result results lab blood bloods test tests "x-ray" befund laborwerte résultats resultados exames
visit visits visitor visitors guest guests clients besucher gäste invités visiteurs invitados convidados
register registration "sign up" enrol enrolment join "new patient" "new patients" "new customer" anmelden \
 anmeldung inscription inscrire registro inscripción inscrição cadastro
visa visas embassy consulate admission immigration "residence permit" "work permit" visum botschaft \
 ambassade embajada embaixada visto
id passport identification "photo id" proof licence documents document ausweis pièce documento identidad \
 identidade
niece nephew booster child children kid kids son daughter toddler baby babies teenager under-16s family \
 families kinder kind enfant enfants niño niños criança crianças filho filhos
dog dogs cat cats pet pets animal animals puppy spaniel terrier labrador hamster hund hunde katze haustier \
 haustiere chien chat animaux perro gato mascota mascotas cachorro
smoke smoking smoker cigarette vape rauchen fumer fumar
park parking car cars garage space vehicle parkplatz parken stellplatz stationnement voiture aparcamiento \
 coche estacionamento carro
charge charging charger "electric car" ev wallbox "charging point" "charge my car" "charge the car" \
 "charge it" ladestation laden recharge "borne" cargador carregador
breakfast lunch dinner meal meals "half board" "full board" buffet frühstück petit-déjeuner desayuno café \
 "café da manhã"
vegan vegetarian vegetarians oat soy dairy-free plant-based gluten gluten-free allergy allergies allergic \
 allergens lactose coeliac nuts vegetarisch allergie allergene végétarien alergia alérgenos
check-in "check in" checkin arrive arrival arriving "get in" "get into" anreise arrivée llegada chegada \
 entrada
check-out "check out" checkout departure depart abreise départ salida saída
airport shuttle transfer taxi flight landing train station bus pick-up pickup "get there" "get to you" \
 flughafen aéroport navette aeropuerto aeroporto
pool swim swimming sauna spa wellness steam massage gym fitness schwimmbad piscine piscina
wheelchair accessible accessibility disabled disability lift elevator step-free ramp barrierefrei \
 rollstuhl aufzug fauteuil ascenseur accesible ascensor "cadeira de rodas" elevador
wifi "wi-fi" internet broadband network wlan
room rooms bedroom bed beds suite double twin single zimmer chambre habitación quarto
towel towels linen bedding sheets bettwäsche handtücher draps sábanas
clean cleaning cleaner wash rinse hygiene descale maintenance reinigen reinigung putzen nettoyer nettoyage \
 limpiar limpieza limpar limpeza
call calls phone telephone ring "ring up" booth booths hotline anruf telefon appel appeler téléphone \
 llamada llamar ligação ligar
mail post letters letter parcel parcels address postbox adresse dirección endereço
print printing printer copies scan drucken imprimer imprimir
coffee tea kitchen fridge drinks kaffee küche café cuisine cocina cozinha
event events party parties launch celebration lounge feier fête fiesta festa evento
meeting meetings "meeting room" conference besprechung réunion reunión reunião
desk desks workplace office büro schreibtisch bureau oficina escritorio mesa escritório
noise noisy loud quiet silent decibel decibels laut lautstärke leise bruit bruyant ruido ruidoso barulho \
 barulhento
size sizes big large small tall height high wide width deep depth long length dimension dimensions \
 measurements fit größe groß hoch breit maße taille hauteur largeur tamaño alto ancho tamanho altura \
 largura
weight weigh weighs heavy light kg kilo kilos gewicht schwer poids lourd peso pesado
yield output produce produces generate generates kwh "how much electricity" "how much power" ertrag \
 rendement producción produção
"power cut" blackout outage "power outage" stromausfall "panne de courant" apagón apagão
sell sold "feed in" "feeding in" surplus einspeisung
mileage mile miles kilometre kilometres km distance "how far" kilometer kilometerstand distancia distância
fuel petrol diesel "fill up" "fill it up" refuel tank litre gallon tanken sprit essence carburant gasolina \
 combustible combustível
drive driver drivers driving licence fahrer conducteur conductor motorista
power electricity electric volt volts voltage watt watts plug socket strom spannung puissance courant \
 prise corriente enchufe tensão tomada
battery batteries runtime accu akku batterie batería bateria
water tank leak leaks plumbing flood wasser eau agua água
heat heating boiler radiator warm gas thermostat heizung chauffage calefacción aquecimento
energy gas electricity bills utilities "council tax" nebenkosten charges gastos
rent rental rents lease tenancy let miete mietvertrag loyer bail alquiler renta aluguel
furniture furnished sofa table wardrobe "washing machine" fridge oven dishwasher appliances "white goods" \
 möbel möbliert meublé amueblado mobiliado
breakdown breakdowns "break down" "breaks down" towing repair repairs fix fixed fixing broken breaks broke \
 fault faulty defect defective damage damaged "packs up" "packed up" "goes wrong" reparatur kaputt defekt \
 réparation panne cassé reparación roto avería conserto reparo quebrado
"spare part" "spare parts" part parts replacement replace "a new one" accessories ersatzteil ersatzteile \
 pièces "pièces détachées" repuesto repuestos peças
sublet subletting subtenant flatmate airbnb lodger roommate untermiete untervermieten sous-location \
 subarrendar sublocar
paint painting decorate decorating drill drilling walls wallpaper renovate streichen peindre pintar
view viewing viewings "see it" "look at it" "come and see" tour visit besichtigung besichtigen visite \
 visita
term contract commit commitment duration "minimum term" tie tied "tied in" "locked in" "fixed term" \
 laufzeit vertrag mindestlaufzeit bindung engagement contrat durée permanencia contrato plazo fidelidade \
 vigência
renew renewal renews extend extension automatically verlängerung verlängern renouvellement renovación \
 renovação
host hosted hosting server servers cloud "data centre" "data center" stored kept region aws azure located \
 serverstandort hébergement serveurs alojamiento servidores hospedagem
encrypt encrypted encryption cipher tls aes verschlüsselung verschlüsselt chiffrement cifrado criptografia
security secure safe hack hacked breach sicherheit sécurité seguridad segurança
privacy gdpr dsgvo rgpd lgpd "personal data" "data protection" datenschutz confidentialité privacidad \
 privacidade
certificate certificates certified certification compliant compliance audit audited iso soc soc2 hipaa \
 accreditation zertifikat zertifiziert certificat certificado certificação
sso saml "single sign-on" "single sign on" login "log in" "sign in" password okta oauth openid anmeldung \
 connexion
user users seat seats people head heads team licence licences license licenses employees staff nutzer \
 benutzer utilisateurs usuarios usuários
storage space gigabyte gigabytes gb terabyte quota disk speicher speicherplatz stockage almacenamiento \
 armazenamento
uptime "how reliable" reliable reliability availability available downtime sla outage outages \
 "service level" verfügbarkeit ausfall disponibilité disponibilidad disponibilidade
support helpdesk "help desk" help hotline "response time" respond assistance kundendienst soporte ayuda \
 suporte
integrate integration integrations integrates connect connects connector connection plugin api sync \
 interface "work with" "works with" schnittstelle anbindung intégration integración integração
import importing migrate migration migrating "move over" "moving over" switch "bring over" transfer \
 onboarding "get started" "getting started" "set up" setup implementation migrieren umstellung einführung \
 einrichtung "mise en place" migración implantación migração implantação
export exporting download extract "take out" "get out" csv exportieren exporter exportar
backup backups restore recovery archive retention deleted delete deletion "how long do you keep" sicherung \
 löschen aufbewahrung sauvegarde supprimer copia borrar exclusão
app apps mobile phone smartphone android ios iphone tablet handy móvil celular
language languages english german french spanish translated translation sprache sprachen langue langues \
 idioma idiomas
laptop computer equipment device devices hardware monitor phone gerät ordinateur matériel ordenador equipo \
 equipamento
stolen theft lost lose nicked robbed missing gestohlen verloren diebstahl volé perdu robado perdido \
 roubado
broken breaks damaged insurance insured insure policy liability cover covered versicherung versichert \
 assurance assuré seguro asegurado
"on the hook" scratch scratches dent excess deductible selbstbeteiligung selbstbehalt franchise franquicia \
 franquia
claim claims accident incident damage schaden schadensfall sinistre siniestro sinistro
complaint complaints complain grievance grievances dispute unhappy dissatisfied beschwerde reklamation \
 réclamation queja reclamación reclamação
delivery "lead time" "how soon" turnaround lieferzeit délai plazo prazo
pack packs packing packed wrap wraps boxes box materials einpacken verpackung emballer emballage embalar \
 embalagem
store storage warehouse container "keep our stuff" "keep our things" einlagern lager garde-meuble almacén \
 trastero depósito guardar
postpone postponing postponed reschedule "push it back" "push back" "another date" change move verschieben \
 reporter aplazar adiar
date dates "how early" "in advance" ahead availability saturday sunday august july termin datum fecha data
plant plants jewellery valuables dangerous "not carry" pflanzen plantes plantas
piano pianos klavier flügel
reminder reminders chase chases dunning "don't pay" "late payer" mahnung relance recordatorio lembrete
bank banks "bank feed" account accounts barclays konto banque banco cuenta conta
stock "in stock" inventory backorder lager vorrätig rupture existencias estoque
colour color colours colors black white red blue farbe couleur cor
material materials wood steel plastic leather cotton made fabric holz matériau madera
assemble assembly install installation installer fitted fitting mount aufbau montage einbau montaje \
 instalación montagem instalação
age old "how old" "old enough" minimum-age adult adults under over alter mindestalter âge edad idade
group groups party parties team wedding event events gruppe groupe grupo
gift present voucher "gift card" gutschein cadeau regalo presente
membership member members join joining mitgliedschaft mitglied adhésion socio membro sócio
hail hailstorm snow storm weather wind rain hagel schnee sturm grêle neige tempête granizo nieve tormenta \
 neve tempestade
roof roofs tiles north south dach toit tejado telhado
sunday weekend "bank holiday"
freeze pause suspend suspension "on hold" "put on hold" ruhen pausieren suspendre pausar congelar
partner reseller affiliate agent broker händler revendeur distribuidor revendedor
commission margin provision kickback marge comisión comissão
tax vat "sales tax" mwst steuer taxe tva impuesto iva imposto
overtime "extra hours" "time off in lieu" überstunden heures extra horas
bonus commission incentive share shares equity options prämie prime bono bônus
"dress code" uniform clothes clothing wear kleidung tenue vestimenta
relocation relocate umzug déménagement mudanza mudança
travel trip trips hotel hotels train flight flights reise reisekosten voyage viaje viagem
interview interviews process round rounds stage stages apply application hiring bewerbung \
 vorstellungsgespräch candidature entretien entrevista candidatura vaga
waste rubbish bins recycling trash müll poubelle basura lixo
garden balcony terrace yard outdoor garten balkon jardin terrasse jardín terraza jardim varanda
bike bikes bicycle bicycles cycle fahrrad vélo bicicleta
luggage bag bags baggage suitcase suitcases gepäck bagage equipaje bagagem
nurse nurses doctor doctors gp surgery clinic physician arzt médecin médico
"home visit" "home visits" house-call "come and see" "can't leave the house" housebound bedridden \
 hausbesuch
record records file files history akte dossier expediente prontuário
pain hurts ache sore schmerz douleur dolor dor
"""
_PHRASE = re.compile(r"\"([^\"]+)\"|(\S+)")
_LONGEST = 5
"""Words of one phrase."""
_ENDINGS = ("s", "es", "ed", "d", "ing")


def _read() -> tuple[dict[str, frozenset[int]], frozenset[str]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for number, line in enumerate(_IDEAS.replace("\\\n", " ").strip().splitlines()):
        for several, one in _PHRASE.findall(line):
            found[normalise(several or one)].add(number)
    return {phrase: frozenset(numbers) for phrase, numbers in found.items()}, frozenset(
        phrase.split()[0] for phrase in found if " " in phrase
    )


_NAMED, _BEGINS = _read()


def ideas(words: Sequence[str]) -> list[frozenset[int]]:
    """Of each word of a normalised text, the ideas it stands for, by itself or with its neighbours."""
    found = [_of(word) for word in words]
    for at, word in enumerate(words):
        if word not in _BEGINS:
            continue
        for length in range(2, _LONGEST + 1):
            if numbers := _NAMED.get(" ".join(words[at : at + length])):
                found[at : at + length] = [one | numbers for one in found[at : at + length]]
    return found


def _of(word: str) -> frozenset[int]:
    """Those of one word, also in a form that is not listed."""
    if word in _NAMED:
        return _NAMED[word]
    stripped = (word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending))
    return next((_NAMED[one] for one in stripped if len(one) > 2 and one in _NAMED), frozenset())

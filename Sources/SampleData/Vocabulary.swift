/// The words that names are made of.
///
/// Colombian, with the accents that exports get wrong.
enum Vocabulary {
    static let givenNames = [
        "María", "José", "Luz", "Andrés", "Sofía", "Jesús", "Ángela", "Óscar", "Verónica", "Raúl",
        "Mónica", "Iván", "Lucía", "Fabián", "Inés", "Héctor", "Camila", "Nicolás", "Paola",
        "Germán", "Yesenia", "Wílmer", "Zoraida", "Édgar", "Beatriz", "Hernán", "Nubia", "Álvaro",
    ]
    static let familyNames = [
        "Gómez", "Rodríguez", "Muñoz", "Peña", "Ramírez", "Ibáñez", "Castaño", "López", "Vélez",
        "Ordóñez", "Quiñones", "Suárez", "Martínez", "Cárdenas", "Núñez", "Pérez", "Zúñiga",
        "Bermúdez", "Galeano", "Rincón", "Villamizar", "Echeverri", "Tobón", "Acuña",
    ]
    static let cities = [
        "Bogotá", "Medellín", "Cali", "Barranquilla", "Cúcuta", "Ibagué", "Montería", "Popayán",
        "Bucaramanga", "Pereira", "Chía", "Fusagasugá", "Quibdó", "Tunja",
    ]
    static let businessKinds = [
        "Tienda", "Panadería", "Peluquería", "Taller", "Restaurante", "Papelería", "Ferretería",
        "Miscelánea", "Cafetería", "Frutería", "Lavandería", "Zapatería", "Droguería", "Modistería",
    ]
    static let businessNames = [
        "La Ñapa", "El Trigo Dorado", "Doña Inés", "San José", "El Buen Café", "Mi Rincón",
        "La Bendición", "El Cóndor", "Nueva Ilusión", "Los Ángeles", "La Economía", "El Progreso",
        "Sabor, Arte y Café", "Hnos. Peña", "La 14", "D'Lucía",
    ]
    static let segments = ["tienda", "alimentos", "belleza", "taller", "transporte", "agro"]

    /// What agents write down: with commas, quotes, line ends and accents, encoded as CSV.
    static let notes: [[UInt8]] = [
        "Llamar después de las 5 p.m.",
        "Dice que ya pagó, enviar soporte",
        "Pidió hablar con el supervisor",
        "\"No tengo plata\", dice el cliente",
        "Cambió de número, contesta la vecina",
        "Promete pagar el viernes,\nconfirmar el jueves",
        "Está interesado en la app",
        "Negocio cerrado por vacaciones",
        "Cliente molesto:\n\"ya me llamaron tres veces\"\nno insistir hoy",
        "Prefiere WhatsApp",
        "Solicita ampliación del plazo; ñapa en el cupo",
        "  sin observaciones  ",
    ]
    .map(CSVRow.encode)
}

extension SplitMix64 {
    mutating func personName() -> String {
        "\(pick(Vocabulary.givenNames)) \(pick(Vocabulary.familyNames)) \(pick(Vocabulary.familyNames))"
    }

    /// The name as a hurried clerk types it: other case, stray blanks.
    ///
    /// Trimming, squeezing and title
    /// case give the same text for each.
    mutating func untidy(_ text: String) -> String {
        switch below(8) {
        case 0: text.uppercased()
        case 1: text.lowercased()
        case 2: "  \(text)"
        case 3: "\(text) "
        case 4: text.split(separator: " ").joined(separator: "  ")
        default: text
        }
    }

    /// A mobile number, the way it was dictated.
    mutating func phoneNumber() -> String {
        let area = "3\(below(3))\(below(10))"
        let first = "\(100 + below(900))"
        let last = "\(1_000 + below(9_000))"
        switch below(4) {
        case 0: return "(\(area)) \(first)-\(last)"
        case 1: return "+57 \(area) \(first) \(last)"
        case 2: return " \(area) \(first) \(last)"
        default: return "\(area)\(first)\(last)"
        }
    }
}

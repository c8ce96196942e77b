// SPDX-License-Identifier: Apache-2.0

/// The texts notes are made of.
///
/// Words in braces are slots that `NoteWriter` fills; the rest is
/// never about anybody, though some of it looks like a name or a date: eponyms, the verbs "will"
/// and "may", doses and ratios are there to tempt a scrubber.
enum NoteTemplates {
    static let headers = [
        "{hospital}\nPatient: {name-last-first}\nMRN: {mrn}\nDOB: {birth-date}\n"
            + "Date of service: {date}\n\n",
        "{HOSPITAL}\n{title}\n\nName: {name}    MRN {mrn}    DOB {birth-date}\n"
            + "Seen by: Dr. {clinician}\nDate: {date}\n\n",
        "{title}\n{name-last-first} (#{mrn})\nDOB {birth-date} | Visit {date} | {hospital}\n"
            + "Address: {address}\nTel: {phone}\n\n",
        "{title} - {date}\nRe: {name}, born {birth-date}, record {mrn}\n\n",
    ]

    static let openings = [
        "{name} is a {age} {sex} who presents with {reason}. ",
        "{honorific} {family} is a {age} {sex} seen on {date} for {reason}. ",
        "This {age} {sex}, well known to Dr. {clinician-family}, comes in for {reason}. ",
        "I saw {given} {family} today ({weekday}) about {reason}. {He} is a {age} {sex}. ",
        "{age-start} {sex} with {reason}. ",
    ]

    static let histories = [
        "Past history: {conditions}. ",
        "Medical history is notable for {conditions}. ",
        "PMH: {conditions}. Last seen here on {date-before}. ",
        "{He} has {conditions}. {He} was last in our clinic in {month-before}. ",
        "History of {conditions}; records from {date-before} were reviewed. ",
    ]

    static let social = [
        "{He} lives with {his} {kin} {relative}, who can be reached at {phone-other}. ",
        "{His} {kin} {relative} was present and agrees with the plan. ",
        "Lives alone at {address}. ",
        "Works part time, sleeps poorly. ",
        "Emergency contact: {relative} ({kin}), {phone-other}. ",
        "No recent travel. Diet unchanged. ",
    ]

    static let medications = [
        "Medications: {drugs}.\n",
        "Current meds: {drugs}. No new allergies.\n",
        "{He} takes {drugs}.\n",
    ]

    static let examinations = [
        "Exam: BP {bp}. Lungs clear, no Kerley lines on film. Babinski absent, Romberg negative.\n",
        "Vitals stable, BP {bp}. Murphy sign negative, Homans sign negative. Glasgow coma scale 15.\n",
        "BP {bp}, pulse regular. No jugular distension. McBurney point not tender.\n",
        "General: comfortable. BP {bp}. Tinel and Phalen negative. Gait normal, 4/5 strength on the "
            + "left.\n",
        "BP {bp}. Abdomen soft. Foley catheter not in place. Kernig negative.\n",
    ]

    static let results = [
        "Labs of {date}: {labs}.\n",
        "Results: {labs} ({date-before} for comparison).\n",
        "Most recent values: {labs}.\n",
    ]

    static let plans = [
        "Plan: {He} will rest and drink; may return to work next week. Follow-up on {date-after}.\n",
        "Plan: continue present therapy, recheck in 3 months. Call {phone-hospital} with "
            + "questions.\n",
        "Plan: will discuss Crohn's, Graves' and Hashimoto's disease if symptoms persist; may need a "
            + "Holter monitor. Next visit {date-after}.\n",
        "Plan: no change. Bell's palsy and Parkinson disease considered and rejected. Letter to "
            + "{name} at {address}.\n",
        "Plan: march exercises twice daily, 10/10 repetitions. {He} will call {phone-hospital} if "
            + "worse. Return {date-after}.\n",
        "Plan: results will be sent to {email-or-phone}. Review on {date-after} with Dr. "
            + "{clinician-other}.\n",
    ]

    static let courses = [
        "Hospital course: admitted {date}, treated, improved from day 2 on, discharged "
            + "{date-end} in stable condition.\n",
        "Admitted {date} via the emergency department. By {weekday} {he} was walking. Discharge "
            + "{date-end}.\n",
        "Admission {date}, discharge {date-end}. Dr. {clinician-other} was consulted and agrees.\n",
    ]

    static let signatures = [
        "\nElectronically signed by {clinician}, MD on {date}\n",
        "\nDr. {clinician}\n{hospital}, {phone-hospital}\n",
        "\nDictated by {clinician-family} / transcribed {date}\n",
        "\n-- {clinician-initials}\n",
    ]

    static let messages = [
        "Phone message {date}: {name} called from {phone}, asks about {reason}. Told {him} to come "
            + "in on {date-after}. {clinician-family}\n",
        "{weekday-start}: spoke with {kin} {relative} ({phone-other}) about {name}'s refill. MRN {mrn}. "
            + "OK per Dr. {clinician-family}.\n",
        "Reminder mailed to {name}, {address}, for visit on {date-after}.\n",
    ]
}

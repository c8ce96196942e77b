// SPDX-License-Identifier: Apache-2.0

/// FHIR resources written for these tests; the people are invented.
enum Samples {
    static let patient = """
        {"resourceType":"Patient","id":"p1","extension":[{"url":"http://hl7.org/fhir/us/core/\
        StructureDefinition/us-core-race","extension":[{"url":"ombCategory","valueCoding":\
        {"system":"urn:oid:2.16.840.1.113883.6.238","code":"2106-3","display":"White"}},\
        {"url":"text","valueString":"White"}]},{"extension":[{"valueCoding":{"code":"2186-5"},\
        "url":"ombCategory"}],"url":"http://hl7.org/fhir/us/core/StructureDefinition/\
        us-core-ethnicity"}],"identifier":[{"system":"urn:mrn","value":"0042"}],"name":[{"use":\
        "maiden","family":"Alt"},{"use":"official","family":"M\\u00fcller","given":["Ada","Zoë"]}],\
        "telecom":[{"system":"phone","value":"555-0100"}],"gender":"female",\
        "birthDate":"1950-02-28","deceasedDateTime":"2021-03-04T05:06:07+01:00","address":[{"use":\
        "old","city":"Elsewhere"},{"line":["1 High St","Flat 2"],"city":"Salem","state":"MA",\
        "postalCode":"01970","country":"US"}]}
        """

    static let encounter = """
        {"resourceType":"Encounter","id":"e1","status":"finished","class":{"system":"http://\
        terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"type":[{"coding":[{"system":\
        "http://snomed.info/sct","code":"185349003","display":"Check up"}],"text":"Check up"}],\
        "subject":{"reference":"Patient/p1","display":"Ada"},"period":{"start":\
        "2010-01-01T23:50:00-05:00","end":"2010-01-02T00:20:00-05:00"}}
        """

    static let condition = """
        {"resourceType":"Condition","id":"c1","verificationStatus":{"coding":[{"code":"confirmed"}\
        ]},"code":{"coding":[{"system":"http://example.org/own","code":"X1"},{"system":"http://\
        snomed.info/sct","code":"44054006","display":"Diabetes"}]},"subject":{"reference":\
        "urn:uuid:p1"},"onsetDateTime":"2009","recordedDate":"2011-01-01",\
        "abatementDateTime":"2015-07"}
        """

    static let glucose = """
        {"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[{"system":\
        "http://loinc.org","code":"2339-0","display":"Glucose"}]},"subject":{"reference":\
        "http://h.example/fhir/Patient/p1/_history/3"},"effectiveDateTime":"2010-01-02T08:00:00Z",\
        "valueQuantity":{"value":86.25,"unit":"milligrams","system":"http://unitsofmeasure.org",\
        "code":"mg/dL"}}
        """

    static let pressure = """
        {"resourceType":"Observation","id":"o2","status":"final","code":{"coding":[{"system":\
        "http://loinc.org","code":"55284-4"}]},"subject":{"reference":"Patient/p1"},\
        "effectiveDateTime":"2010-01-02","component":[{"code":{"coding":[{"system":\
        "http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":120,"unit":"mm[Hg]"}},\
        {"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":\
        {"value":80,"comparator":"<","unit":"mm[Hg]"}}]}
        """

    static let smoking = """
        {"resourceType":"Observation","id":"o3","status":"final","code":{"coding":[{"system":\
        "http://loinc.org","code":"72166-2"}]},"subject":{"reference":"Patient/p1"},"issued":\
        "2010-01-02T08:00:00.123Z","valueCodeableConcept":{"coding":[{"system":\
        "http://snomed.info/sct","code":"266919005"}],"text":"Never smoker"}}
        """

    static let medication = """
        {"resourceType":"MedicationRequest","id":"m1","status":"stopped","intent":"order",\
        "medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/\
        rxnorm","code":"310965","display":"Ibuprofen"}]},"subject":{"reference":"Patient/p1"},\
        "authoredOn":"2012-05-06"}
        """

    static let procedure = """
        {"resourceType":"Procedure","id":"r1","status":"completed","code":{"coding":[{"system":\
        "http://snomed.info/sct","code":"73761001"}]},"subject":{"reference":"Patient/p1"},\
        "performedPeriod":{"start":"2012-11-25T10:00:00+00:00","end":"2012-11-25T10:42:00+00:00"}}
        """

    static let report = """
        {"resourceType":"DiagnosticReport","id":"d1","status":"final","code":{"coding":[{"system":\
        "http://loinc.org","code":"57698-3"}]},"subject":{"reference":"Patient/p1"},\
        "effectiveDateTime":"2013-01-01","conclusion":"Ada is well","conclusionCode":[{"coding":[{\
        "system":"http://snomed.info/sct","code":"17621005"}]}],"presentedForm":[{"contentType":\
        "text/plain","data":"SGVsbG8="}]}
        """

    static let imaging = """
        {"resourceType":"ImagingStudy","id":"i1","status":"available","subject":{"reference":\
        "Patient/p1"},"started":"2014-01-01T01:02:03Z","series":[{"modality":{"system":\
        "http://dicom.nema.org/resources/ontology/DCM","code":"DX"}},{"modality":{"system":\
        "http://dicom.nema.org/resources/ontology/DCM","code":"DX"}},{"modality":{"code":"US"}}]}
        """

    static let document = """
        {"resourceType":"DocumentReference","id":"n1","status":"current","type":{"coding":[{\
        "system":"http://loinc.org","code":"34117-2"}]},"subject":{"reference":"Patient/p1"},\
        "date":"2015-01-01T00:00:00Z","content":[{"attachment":{"contentType":"text/plain",\
        "data":"Tm90ZSBvbmU="}},{"attachment":{"contentType":"text/plain","url":"Binary/1"}}]}
        """

    static let immunization = """
        {"resourceType":"Immunization","id":"v1","status":"completed","vaccineCode":{"coding":[{\
        "system":"http://hl7.org/fhir/sid/cvx","code":"140"}]},"patient":{"reference":\
        "Patient/p1"},"occurrenceDateTime":"2016-01-01T00:00:00Z"}
        """

    static let allergy = """
        {"resourceType":"AllergyIntolerance","id":"a1","code":{"coding":[{"system":\
        "http://snomed.info/sct","code":"300913006"}]},"patient":{"reference":"Patient/p1"},\
        "recordedDate":"2017-01-01"}
        """

    static let claim = """
        {"resourceType":"Claim","id":"k1","item":[{"sequence":1,"net":{"value":12.50e1}}],\
        "text":"caf\\u00e9 ✓","total":null,"ok":true}
        """

    static let all = [
        patient, encounter, condition, glucose, pressure, smoking, medication, procedure, report,
        imaging, document, immunization, allergy, claim,
    ]

    static let ndjson = all.joined(separator: "\n") + "\n"

    /// The same resources as entries of a bundle without fullUrls.
    static let bundle =
        #"{"resourceType":"Bundle","type":"transaction","entry":["#
        + all.map { #"{"resource":\#($0),"request":{"method":"POST","url":"x"}}"# }
        .joined(separator: ",") + "]}"
}

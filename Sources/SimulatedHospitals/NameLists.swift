// SPDX-License-Identifier: Apache-2.0
import Records

/// Given and family names in common use in the United States; names as such are facts.
enum NameLists {
    static func given(_ sex: Sex) -> [String] { sex == .female ? female : male }

    private static let female = words(
        """
        Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Nancy Margaret Lisa
        Betty Dorothy Sandra Ashley Kimberly Donna Emily Michelle Carol Amanda Melissa Deborah
        Stephanie Rebecca Laura Sharon Cynthia Kathleen Amy Shirley Angela Helen Anna Brenda Pamela
        Nicole Samantha Katherine Emma Ruth Christine Catherine Debra Rachel Carolyn Janet Virginia
        Maria Heather Diane Julie Joyce Victoria Kelly Christina Joan Evelyn Olivia Grace Rose April
        June Faith Joy Hope Ivy Daisy Guadalupe Rosa Esperanza Luz Carmen Juana Yolanda Xiomara
        Graciela Marisol Aisha Fatima Khadija Amina Zainab Layla Noor Priya Lakshmi Ananya Deepa
        Sunita Kavita Mei Xiu Ying Hui Yuki Keiko Sakura Thuy Linh Huong Ngoc Min-ji Soo-jin Ebony
        Latoya Imani Keisha Tamika Nia Shanice Oluchi Adaeze Chiamaka Svetlana Olga Irina Natasha
        Ingrid Astrid Siobhan Niamh Zofia Agnieszka Chloë Zoë Renée Noémi
        """)

    private static let male = words(
        """
        James Robert John Michael David William Richard Joseph Thomas Christopher Charles Daniel
        Matthew Anthony Mark Donald Steven Andrew Paul Joshua Kenneth Kevin Brian Timothy Ronald
        George Jason Edward Jeffrey Ryan Jacob Nicholas Gary Eric Jonathan Stephen Larry Justin
        Scott Brandon Benjamin Samuel Gregory Alexander Patrick Frank Raymond Jack Dennis Jerry
        Tyler Aaron Jose Adam Nathan Henry Zachary Douglas Peter Kyle Noah Ethan Walter Carl Roger
        August Will Art Rich Miles Juan Carlos Luis Miguel Jesús Rafael Alejandro Eduardo Fernando
        Hector Ramón Ahmed Mohammed Omar Yusuf Ibrahim Hassan Khalid Raj Arjun Vikram Sanjay Rahul
        Anil Wei Jian Hao Chen Kenji Hiroshi Takumi Minh Tuan Duc Jae-won Sung-ho Darnell Jamal
        Tyrone Malik DeShawn Kwame Emeka Chidi Obinna Dmitri Sergei Ivan Boris Lars Erik Seamus
        Declan Piotr Krzysztof André Étienne François José-Luis
        """)

    static let family = words(
        """
        Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez
        Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris
        Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill
        Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Gomez Phillips
        Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy Cook Rogers
        Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson
        Watson Brooks Chavez Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo
        Sanders Patel Myers Long Ross Foster Jimenez Powell Jenkins Perry Russell Sullivan Bell
        Coleman Butler Henderson Barnes Fisher Vasquez Simmons Romero Jordan Patterson Alexander
        Hamilton Graham Reynolds Griffin Wallace West Cole Hayes Bryant Herrera Gibson Ellis Tran
        Medina Aguilar Stevens Murray Ford Castro Marshall Owens Harrison Fernandez McDonald Woods
        Washington Kennedy Wells Vargas Henry Chen Freeman Webb Tucker Guzman Burns Crawford Olson
        Simpson Porter Hunter Gordon Mendez Silva Shaw Snyder Mason Dixon Munoz Hunt Hicks Holmes
        Palmer Wagner Black Robertson Boyd Rose Stone Salazar Fox Warren Mills Meyer Rice Schmidt
        Garza Daniels Ferguson Nichols Stephens Soto Weaver Ryan Gardner Payne Grant Dunn Kelley
        Spencer Hawkins Arnold Pierce Hansen Peters Santos Hart Bradley Knight Elliott Cunningham
        Duncan Armstrong Hudson Carroll Lane Riley Andrews Alvarado Ray Delgado Berry Perkins Hoffman
        Johnston Matthews Peña Núñez Ibáñez Müller Søndergaard Kowalczyk Nowak Wójcik Petrov Ivanova
        Okafor Adeyemi Nwosu Mensah Abebe Haddad Khalil Rahman Hussain Farooq Sharma Gupta Iyer Reddy
        Banerjee Wang Zhang Liu Huang Zhou Tanaka Suzuki Yamamoto Park Choi Jung Pham Hoang Vu
        O'Brien O'Connor O'Neill D'Angelo DeLuca Rossi Van-Dyke Begay Yazzie Kealoha Akana
        """)

    /// Short forms people give at another desk.
    static let nicknames: [String: String] = [
        "Mary": "Molly", "Patricia": "Pat", "Jennifer": "Jenny", "Elizabeth": "Liz",
        "Barbara": "Barb", "Susan": "Sue", "Jessica": "Jess", "Margaret": "Peggy",
        "Sandra": "Sandy", "Kimberly": "Kim", "Michelle": "Shelly", "Amanda": "Mandy",
        "Deborah": "Debbie", "Stephanie": "Steph", "Rebecca": "Becky", "Kathleen": "Kathy",
        "Cynthia": "Cindy", "Samantha": "Sam", "Katherine": "Kate", "Christine": "Chris",
        "Catherine": "Cathy", "Virginia": "Ginny", "Victoria": "Vicky", "Guadalupe": "Lupe",
        "James": "Jim", "Robert": "Bob", "John": "Jack", "Michael": "Mike", "David": "Dave",
        "William": "Bill", "Richard": "Rick", "Joseph": "Joe", "Thomas": "Tom",
        "Christopher": "Chris", "Charles": "Chuck", "Daniel": "Dan", "Matthew": "Matt",
        "Anthony": "Tony", "Steven": "Steve", "Andrew": "Andy", "Joshua": "Josh",
        "Kenneth": "Ken", "Timothy": "Tim", "Ronald": "Ron", "Edward": "Ted",
        "Jeffrey": "Jeff", "Jacob": "Jake", "Nicholas": "Nick", "Jonathan": "Jon",
        "Benjamin": "Ben", "Samuel": "Sam", "Gregory": "Greg", "Alexander": "Alex",
        "Raymond": "Ray", "Zachary": "Zach", "Douglas": "Doug", "Alejandro": "Alex",
        "Eduardo": "Eddie",
    ]

    private static func words(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map(String.init)
    }
}

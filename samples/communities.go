// SPDX-License-Identifier: AGPL-3.0-or-later

package samples

// community is where an invented family comes from: the names there are, and
// the language in which the hub would write.
type community struct {
	citizenship string // ISO 3166-1 alpha-3
	languages   []string
	surnames    []string
	women       []string
	men         []string
}

// communities are some of the larger ones of Milan.
var communities = []community{
	{"EGY", []string{"ar"}, []string{"Mansour", "Abdelaziz", "Fathy", "Shenouda", "Ibrahim", "El Sayed"}, []string{"Salma", "Nour", "Hoda", "Mariam", "Yasmin", "Aya"}, []string{"Karim", "Adel", "Mina", "Omar", "Tarek", "Youssef"}},
	{"PHL", []string{"fil"}, []string{"Dela Cruz", "Santos", "Reyes", "Bautista", "Mendoza", "Villanueva"}, []string{"Maricel", "Rosalie", "Jasmine", "Angel", "Liezel", "Grace"}, []string{"Rommel", "Jayson", "Mark Anthony", "Renato", "Paolo", "Gabriel"}},
	{"PER", []string{"es", "qu"}, []string{"Quispe Flores", "Huamán Rojas", "Torres Chávez", "Mamani Vega", "Castillo Ramos"}, []string{"Milagros", "Rosa", "Luz", "Valeria", "Camila"}, []string{"César", "Wilmer", "José Luis", "Mateo", "Diego"}},
	{"CHN", []string{"zh"}, []string{"Hu", "Chen", "Zhou", "Lin", "Wu", "Zheng"}, []string{"Xiaoyan", "Meiling", "Jiayi", "Yuxin", "Lihua"}, []string{"Wei", "Jianguo", "Haoran", "Zihao", "Minghui"}},
	{"LKA", []string{"si"}, []string{"Perera", "Fernando", "Silva", "Jayasinghe", "Warnakulasuriya"}, []string{"Nadeesha", "Dilini", "Sanduni", "Chamari", "Ishara"}, []string{"Nuwan", "Chaminda", "Kasun", "Dinesh", "Sahan"}},
	{"BGD", []string{"bn"}, []string{"Hossain", "Miah", "Rahman", "Uddin", "Begum", "Chowdhury"}, []string{"Fatema", "Nasrin", "Sumaiya", "Tania", "Rabeya"}, []string{"Shahin", "Jamal", "Arif", "Rakib", "Imran"}},
	{"UKR", []string{"uk"}, []string{"Kovalenko", "Shevchuk", "Bondarenko", "Melnyk", "Tkachenko"}, []string{"Oksana", "Nataliia", "Sofiia", "Daryna", "Iryna"}, []string{"Andrii", "Dmytro", "Maksym", "Bohdan", "Serhii"}},
	{"MAR", []string{"ar", "fr"}, []string{"El Amrani", "Benali", "Bouzidi", "Ait Lahcen", "Tazi"}, []string{"Khadija", "Imane", "Zineb", "Hajar", "Salma"}, []string{"Rachid", "Hamza", "Younes", "Anas", "Mehdi"}},
	{"ALB", []string{"sq"}, []string{"Hoxha", "Shehu", "Gjoni", "Kola", "Dervishi"}, []string{"Elira", "Arta", "Drita", "Anisa", "Blerina"}, []string{"Arben", "Ilir", "Besnik", "Kristi", "Ergi"}},
	{"ECU", []string{"es"}, []string{"Zambrano Mora", "Cedeño Vera", "Guamán Yánez", "Moreira Loor"}, []string{"Verónica", "Génesis", "Dayana", "Karla"}, []string{"Byron", "Jefferson", "Stalin", "Ángel"}},
	{"SLV", []string{"es"}, []string{"Hernández Cruz", "Martínez Rivas", "Alvarado Menjívar", "Portillo Reyes"}, []string{"Reina", "Marisol", "Fátima", "Abigail"}, []string{"Óscar", "Nelson", "Kevin", "Josué"}},
	{"SEN", []string{"fr", "wo"}, []string{"Diop", "Ndiaye", "Fall", "Sow", "Mbaye"}, []string{"Awa", "Fatou", "Aminata", "Khady", "Ndeye"}, []string{"Mamadou", "Ibrahima", "Cheikh", "Modou", "Ousmane"}},
	{"PAK", []string{"ur"}, []string{"Khan", "Ahmed", "Hussain", "Malik", "Butt"}, []string{"Ayesha", "Sana", "Bushra", "Hira", "Zainab"}, []string{"Muhammad Ali", "Usman", "Bilal", "Hamid", "Faisal"}},
	{"IND", []string{"pa", "hi"}, []string{"Singh", "Kaur", "Sharma", "Kumar"}, []string{"Harpreet", "Simran", "Manpreet", "Anjali"}, []string{"Gurpreet", "Amandeep", "Rajesh", "Arjun"}},
}

namespace Llamax.Text.Languages;

/// <summary>The facts about the paper's 102 languages, in the order of its Table 9 (which lacks <c>jv</c>), one row a language.</summary>
/// <remarks>
/// Sources. Codes, counts and directions: Lu et al. 2024, Table 9 (Finnish is printed there as "40,76,885"). Prompt names: the
/// authors' evaluation scripts, spelling slips included. Flores-101, Flores-200 (NLLB), NTREX-128, MUSE, PanLex, Tatoeba
/// Challenge, MASSIVE 1.1, GATITOS, Extended Open Multilingual Wordnet, TICO-19, MAFAND, CLDR 48 and "UDHR in Unicode": the file
/// names of those sets. ISO 639, ISO 15924 and BCP 47: their registries. Families: Ethnologue's top groups.
/// </remarks>
internal static class LanguageTable
{
    /// <summary>code | name | prompt name if other | ISO 639-1 | ISO 639-3 | script | family | Flores-101 | Flores-200 | BCP 47</summary>
    public const string Identity = """
        af|Afrikaans|Akrikaans|af|afr|Latn|Indo-European|afr|afr_Latn|af
        am|Amharic||am|amh|Ethi|Afro-Asiatic|amh|amh_Ethi|am
        ar|Arabic||ar|arb|Arab|Afro-Asiatic|ara|arb_Arab|ar
        as|Assamese||as|asm|Beng|Indo-European|asm|asm_Beng|as
        ast|Asturian|||ast|Latn|Indo-European|ast|ast_Latn|ast
        az|Azerbaijani||az|azj|Latn|Turkic|azj|azj_Latn|az-Latn
        be|Belarusian||be|bel|Cyrl|Indo-European|bel|bel_Cyrl|be
        bg|Bulgarian||bg|bul|Cyrl|Indo-European|bul|bul_Cyrl|bg
        bn|Bengali||bn|ben|Beng|Indo-European|ben|ben_Beng|bn
        bs|Bosnian||bs|bos|Latn|Indo-European|bos|bos_Latn|bs-Latn
        ca|Catalan||ca|cat|Latn|Indo-European|cat|cat_Latn|ca
        ceb|Cebuano|||ceb|Latn|Austronesian|ceb|ceb_Latn|ceb
        cs|Czech||cs|ces|Latn|Indo-European|ces|ces_Latn|cs
        cy|Welsh||cy|cym|Latn|Indo-European|cym|cym_Latn|cy
        da|Danish||da|dan|Latn|Indo-European|dan|dan_Latn|da
        de|German||de|deu|Latn|Indo-European|deu|deu_Latn|de
        el|Greek||el|ell|Grek|Indo-European|ell|ell_Grek|el
        en|English||en|eng|Latn|Indo-European|eng|eng_Latn|en
        es|Spanish|Spanish (Latin American)|es|spa|Latn|Indo-European|spa|spa_Latn|es
        et|Estonian||et|ekk|Latn|Uralic|est|est_Latn|et
        fa|Persian||fa|pes|Arab|Indo-European|fas|pes_Arab|fa
        ff|Fulani|Fulah|ff|fuv|Latn|Niger-Congo|ful|fuv_Latn|ff
        fi|Finnish||fi|fin|Latn|Uralic|fin|fin_Latn|fi
        fr|French||fr|fra|Latn|Indo-European|fra|fra_Latn|fr
        ga|Irish||ga|gle|Latn|Indo-European|gle|gle_Latn|ga
        gl|Galician||gl|glg|Latn|Indo-European|glg|glg_Latn|gl
        gu|Gujarati||gu|guj|Gujr|Indo-European|guj|guj_Gujr|gu
        ha|Hausa||ha|hau|Latn|Afro-Asiatic|hau|hau_Latn|ha
        he|Hebrew||he|heb|Hebr|Afro-Asiatic|heb|heb_Hebr|he
        hi|Hindi||hi|hin|Deva|Indo-European|hin|hin_Deva|hi
        hr|Croatian||hr|hrv|Latn|Indo-European|hrv|hrv_Latn|hr
        hu|Hungarian||hu|hun|Latn|Uralic|hun|hun_Latn|hu
        hy|Armenian||hy|hye|Armn|Indo-European|hye|hye_Armn|hy
        id|Indonesian||id|ind|Latn|Austronesian|ind|ind_Latn|id
        ig|Igbo||ig|ibo|Latn|Niger-Congo|ibo|ibo_Latn|ig
        is|Icelandic||is|isl|Latn|Indo-European|isl|isl_Latn|is
        it|Italian||it|ita|Latn|Indo-European|ita|ita_Latn|it
        ja|Japanese||ja|jpn|Jpan|Japonic|jpn|jpn_Jpan|ja
        jv|Javanese||jv|jav|Latn|Austronesian|jav|jav_Latn|jv
        ka|Georgian||ka|kat|Geor|Kartvelian|kat|kat_Geor|ka
        kam|Kamba|||kam|Latn|Niger-Congo|kam|kam_Latn|kam
        kea|Kabuverdianu|||kea|Latn|Indo-European (Portuguese creole)|kea|kea_Latn|kea
        kk|Kazakh||kk|kaz|Cyrl|Turkic|kaz|kaz_Cyrl|kk
        km|Khmer||km|khm|Khmr|Austroasiatic|khm|khm_Khmr|km
        kn|Kannada||kn|kan|Knda|Dravidian|kan|kan_Knda|kn
        ko|Korean||ko|kor|Hang|Koreanic|kor|kor_Hang|ko
        ku|Kurdish|Sorani Kurdish|ku|ckb|Arab|Indo-European|ckb|ckb_Arab|ckb
        ky|Kyrgyz||ky|kir|Cyrl|Turkic|kir|kir_Cyrl|ky
        lb|Luxembourgish||lb|ltz|Latn|Indo-European|ltz|ltz_Latn|lb
        lg|Luganda|Ganda|lg|lug|Latn|Niger-Congo|lug|lug_Latn|lg
        ln|Lingala||ln|lin|Latn|Niger-Congo|lin|lin_Latn|ln
        lo|Lao||lo|lao|Laoo|Kra-Dai|lao|lao_Laoo|lo
        lt|Lithuanian||lt|lit|Latn|Indo-European|lit|lit_Latn|lt
        luo|Dholuo|Luo||luo|Latn|Nilo-Saharan|luo|luo_Latn|luo
        lv|Latvian||lv|lvs|Latn|Indo-European|lav|lvs_Latn|lv
        mi|Maori||mi|mri|Latn|Austronesian|mri|mri_Latn|mi
        mk|Macedonian||mk|mkd|Cyrl|Indo-European|mkd|mkd_Cyrl|mk
        ml|Malayalam||ml|mal|Mlym|Dravidian|mal|mal_Mlym|ml
        mn|Mongolian||mn|khk|Cyrl|Mongolic|mon|khk_Cyrl|mn
        mr|Marathi||mr|mar|Deva|Indo-European|mar|mar_Deva|mr
        ms|Malay||ms|zsm|Latn|Austronesian|msa|zsm_Latn|ms
        mt|Maltese||mt|mlt|Latn|Afro-Asiatic|mlt|mlt_Latn|mt
        my|Burmese||my|mya|Mymr|Sino-Tibetan|mya|mya_Mymr|my
        ne|Nepali||ne|npi|Deva|Indo-European|npi|npi_Deva|ne
        nl|Dutch||nl|nld|Latn|Indo-European|nld|nld_Latn|nl
        no|Norwegian||no|nob|Latn|Indo-European|nob|nob_Latn|nb
        ns|Northern Sotho|||nso|Latn|Niger-Congo|nso|nso_Latn|nso
        ny|Nyanja||ny|nya|Latn|Niger-Congo|nya|nya_Latn|ny
        oc|Occitan||oc|oci|Latn|Indo-European|oci|oci_Latn|oc
        om|Oromo||om|gaz|Latn|Afro-Asiatic|orm|gaz_Latn|om
        or|Odia|Oriya|or|ory|Orya|Indo-European|ory|ory_Orya|or
        pa|Punjabi||pa|pan|Guru|Indo-European|pan|pan_Guru|pa
        pl|Polish||pl|pol|Latn|Indo-European|pol|pol_Latn|pl
        ps|Pashto||ps|pbt|Arab|Indo-European|pus|pbt_Arab|ps
        pt|Portuguese|Portuguese (Brazil)|pt|por|Latn|Indo-European|por|por_Latn|pt
        ro|Romanian||ro|ron|Latn|Indo-European|ron|ron_Latn|ro
        ru|Russian||ru|rus|Cyrl|Indo-European|rus|rus_Cyrl|ru
        sd|Sindhi||sd|snd|Arab|Indo-European|snd|snd_Arab|sd
        sk|Slovak||sk|slk|Latn|Indo-European|slk|slk_Latn|sk
        sl|Slovenian||sl|slv|Latn|Indo-European|slv|slv_Latn|sl
        sn|Shona||sn|sna|Latn|Niger-Congo|sna|sna_Latn|sn
        so|Somali||so|som|Latn|Afro-Asiatic|som|som_Latn|so
        sr|Serbian||sr|srp|Cyrl|Indo-European|srp|srp_Cyrl|sr-Cyrl
        sv|Swedish||sv|swe|Latn|Indo-European|swe|swe_Latn|sv
        sw|Swahili||sw|swh|Latn|Niger-Congo|swh|swh_Latn|sw
        ta|Tamil||ta|tam|Taml|Dravidian|tam|tam_Taml|ta
        te|Telugu||te|tel|Telu|Dravidian|tel|tel_Telu|te
        tg|Tajik||tg|tgk|Cyrl|Indo-European|tgk|tgk_Cyrl|tg
        th|Thai||th|tha|Thai|Kra-Dai|tha|tha_Thai|th
        tl|Tagalog|Filipino (Tagalog)|tl|tgl|Latn|Austronesian|tgl|tgl_Latn|fil
        tr|Turkish||tr|tur|Latn|Turkic|tur|tur_Latn|tr
        uk|Ukrainian||uk|ukr|Cyrl|Indo-European|ukr|ukr_Cyrl|uk
        umb|Umbundu|||umb|Latn|Niger-Congo|umb|umb_Latn|umb
        ur|Urdu||ur|urd|Arab|Indo-European|urd|urd_Arab|ur
        uz|Uzbek||uz|uzn|Latn|Turkic|uzb|uzn_Latn|uz-Latn
        vi|Vietnamese||vi|vie|Latn|Austroasiatic|vie|vie_Latn|vi
        wo|Wolof||wo|wol|Latn|Niger-Congo|wol|wol_Latn|wo
        xh|Xhosa||xh|xho|Latn|Niger-Congo|xho|xho_Latn|xh
        yo|Yoruba||yo|yor|Latn|Niger-Congo|yor|yor_Latn|yo
        zh|Chinese (simplified)|Chinese Simpl|zh|cmn|Hans|Sino-Tibetan|zho_simpl|zho_Hans|zh-Hans
        zhtrad|Chinese (traditional)|Chinese Trad|zh|cmn|Hant|Sino-Tibetan|zho_trad|zho_Hant|zh-Hant
        zu|Zulu||zu|zul|Latn|Niger-Congo|zul|zul_Latn|zu
        """;

    /// <summary>
    /// code | NTREX | MUSE | PanLex | Tatoeba | MASSIVE | GATITOS | Wiktionary-OMW | TICO-19 | MAFAND | CLDR | UDHR; several codes by ';',
    /// the main one first.
    /// </summary>
    public const string Sets = """
        af|afr|af||afr|af-ZA||afr|||af|afr
        am|amh||||am-ET||amh||amh|am|amh
        ar|arb|ar||ara|ar-SA||arb|ar||ar|arb
        as||||||as|asm|||as|
        ast|||||||ast|||ast|ast
        az|aze-Latn|||aze|az-AZ||aze|||az|azj_latn
        be|bel|||bel|||bel|||be|bel
        bg|bul|bg||bul|||bul|||bg|bul
        bn|ben|bn||ben|bn-BD||ben|bn||bn|ben
        bs|bos|bs||bos_Latn|||hbs|||bs|bos_latn
        ca|cat|ca||cat|ca-ES||cat|||ca|cat
        ceb||||ceb|||ceb|||ceb|ceb
        cs|ces|cs||ces|||ces|||cs|ces
        cy|cym|||cym|cy-GB||cym|||cy|cym
        da|dan|da||dan|da-DK||dan|||da|dan
        de|deu|de||deu|de-DE||deu|||de|deu_1996
        el|ell|el||ell|el-GR||ell|||el|ell_monotonic
        en|src.eng;eng-US;eng-GB;eng-IN|en|eng|eng|en-US|en|eng|en||en|eng
        es|spa;spa-MX;spa-ref2|es||spa|es-ES|es|spa|es-LA||es|spa
        et|est|et||est|||est|||et|est
        fa|fas;prs|fa||fas;pes|fa-IR||fas|fa;prs||fa|pes_1
        ff|fuc|||||ff||fuv||ff|fuv
        fi|fin|fi||fin|fi-FI||fin|||fi|fin
        fr|fra;fra-CA|fr||fra|fr-FR|fr|fra|fr||fr|fra
        ga|gle|||gle|||gle|||ga|gle
        gl|glg|||glg|||glg|||gl|glg
        gu|guj||||||guj|||gu|guj
        ha|hau||||||hau|ha|hau|ha|hau_NG
        he|heb|he||heb|he-IL||heb|||he|heb
        hi|hin|hi||hin|hi-IN|hi|hin|hi||hi|hin
        hr|hrv|hr||hrv|||hbs|||hr|hrv
        hu|hun|hu||hun|hu-HU||hun|||hu|hun
        hy|hye|||hye|hy-AM||hye|||hy|hye
        id|ind|id|ind;id|ind|id-ID||ind|id||id|ind
        ig|ibo||||||ibo||ibo|ig|ibo
        is|isl|||isl|is-IS||isl|||is|isl
        it|ita|it||ita|it-IT||ita|||it|ita
        ja|jpn|ja||jpn|ja-JP||jpn|||ja|jpn
        jv||||jav|jv-ID||jav|||jv|jav
        ka|kat||ka|kat|ka-GE||kat|||ka|kat
        kam|||||||kam|||kam|
        kea||||||||||kea|kea
        kk|kaz|||kaz_Cyrl|||kaz|||kk|kaz
        km|khm|||khm|km-KH||khm|km||km|khm
        kn|kan||||kn-IN||kan|||kn|kan
        ko|kor|ko|ko|kor|ko-KR||kor|||ko|kor
        ku|ckb-Arab;kmr|||||ckb|ckb|ckb;ku||ckb|ckb
        ky|kir||||||kir|||ky|kir
        lb|ltz|||ltz|||ltz|||lb|ltz
        lg||||||lg|lug|lg|lug|lg|lug
        ln||||||ln|lin|ln||ln|lin
        lo|lao||||||lao|||lo|lao
        lt|lit|lt||lit|||lit|||lt|lit
        luo||||||luo|luo||luo|luo|
        lv|lav|lv||lav|lv-LV||lav|||lv|lav
        mi|mri|||mri|||mri|||mi|mri
        mk|mkd|mk||mkd|||mkd|||mk|mkd
        ml|mal|||mal|ml-IN||mal|||ml|mal
        mn|mon|||mon|mn-MN||mon|||mn|khk
        mr|mar|||mar|||mar|mr||mr|mar
        ms|msa|ms||msa|ms-MY||zsm|ms||ms|mly_latn
        mt|mlt|||mlt|||mlt|||mt|mlt
        my|mya|||mya|my-MM||mya|my||my|mya
        ne|nep||||||nep|ne||ne|nep
        nl|nld|nl||nld|nl-NL||nld|||nl|nld
        no|nob;nno|no||nob|nb-NO||nob|||no|nob
        ns|nso|||||nso|nso|||nso|nso
        ny|nya||||||nya||nya||nya_chinyanja
        oc||||oci||oc|oci|||oc|lnc
        om|orm|||||om||om||om|gax
        or|||||||ori|||or|
        pa|pan||||||pan|||pa|pan
        pl|pol|pl||pol|pl-PL||pol|||pl|pol
        ps|pus||||||pus|ps||ps|pbu
        pt|por;por-BR|pt||por|pt-PT||por|pt-BR||pt|por_PT
        ro|ron|ro||ron|ro-RO||ron|||ro|ron_2006
        ru|rus|ru||rus|ru-RU||rus|ru||ru|rus
        sd|snd-Arab||||||snd|||sd|
        sk|slk|sk|||||slk|||sk|slk
        sl|slv|sl||slv|sl-SL||slv|||sl|slv
        sn|sna-Latn||||||sna||sna|sn|sna
        so|som||||||som|so||so|som
        sr|srp-Cyrl;srp-Latn|||srp_Cyrl;srp_Latn|||hbs|||sr|srp_cyrl
        sv|swe|sv||swe|sv-SE||swe|||sv|swe
        sw|swa||swh|swa|sw-KE||swa|sw|swa|sw|swh
        ta|tam|ta|tam|tam|ta-IN||tam|ta||ta|tam
        te|tel|||tel|te-IN||tel|||te|tel
        tg|tgk-Cyrl||||||tgk|||tg|tgk
        th|tha|th|th|tha|th-TH||tha|||th|tha
        tl|fil|tl||tgl|tl-PH||tgl|tl||fil|tgl
        tr|tur|tr|tur;tr|tur|tr-TR||tur|||tr|tur
        uk|ukr|uk||ukr|||ukr|||uk|ukr
        umb|||||||||||umb
        ur|urd||urd|urd|ur-PK||urd|ur||ur|urd
        uz|uzb|||uzb_Latn|||uzb|||uz|uzn_latn
        vi|vie|vi||vie|vi-VN||vie|||vi|vie
        wo|wol|||||wo|wol||wol|wo|wol
        xh|xho|||xho|||xho||xho|xh|xho
        yo|yor||||||yor||yor|yo|yor
        zh|zho-CN|zh|cmn|cmn_Hans|zh-CN||cmn|zh||zh|cmn_hans
        zhtrad|zho-TW|||cmn_Hant|zh-TW|||||zh-Hant|cmn_hant
        zu|zul||||||zul|zu|zul|zu|zul
        """;

    /// <summary>code | monolingual sentences | sentence pairs | directions, Table 9</summary>
    public const string Counts = """
        af|703546|4143358|98
        am|269171|4031552|97
        ar|716063|9940756|97
        as|33825|1656861|97
        ast|0|1535714|96
        az|712947|8080151|97
        be|708288|4169719|95
        bg|711500|4131053|97
        bn|707099|4560978|97
        bs|300000|2953912|97
        ca|724597|4145004|97
        ceb|418058|2217926|91
        cs|711179|4135944|97
        cy|703507|3777953|97
        da|721543|4194587|97
        de|881553|10273597|97
        el|707751|4081607|97
        en|846712|19548583|100
        es|706307|4258477|98
        et|706720|4056200|97
        fa|721307|4111536|97
        ff|26|313870|97
        fi|719416|4076885|97
        fr|787316|4290003|99
        ga|693460|2814912|96
        gl|726512|3131730|96
        gu|704619|3761401|97
        ha|420964|3147704|96
        he|300000|3928938|96
        hi|715691|4186127|97
        hr|300000|4106335|97
        hu|731479|4154132|97
        hy|712835|3677780|97
        id|707962|4243235|97
        ig|147319|3314731|96
        is|704159|4088886|97
        it|846107|4233108|96
        ja|726455|4207728|97
        jv|||
        ka|703515|4182651|97
        kam|0|8|1
        kea|0|0|0
        kk|701849|3836259|97
        km|687690|4044652|97
        kn|712832|3592636|97
        ko|711406|4234653|97
        ku|517239|3597863|97
        ky|704438|3725583|97
        lb|574166|1035619|94
        lg|13030|216135|95
        ln|3325|159684|96
        lo|357758|2642799|97
        lt|718382|3946735|96
        luo|0|91|6
        lv|700889|4011628|97
        mi|180678|3437702|97
        mk|702035|4009787|97
        ml|715387|4516012|97
        mn|701304|3894353|97
        mr|702382|4295708|97
        ms|711895|4121713|97
        mt|671716|1518533|94
        my|579160|3887841|97
        ne|702334|8907527|97
        nl|769778|4199773|96
        no|721715|4045571|97
        ns|0|96288|88
        ny|226940|3104349|92
        oc|36379|1752951|95
        om|18895|191319|96
        or|100530|812235|97
        pa|513987|3737780|97
        pl|792829|4200001|98
        ps|588340|3717480|97
        pt|795818|4258604|97
        ro|702002|4219414|97
        ru|853407|4204365|97
        sd|472217|821996|95
        sk|715540|4100272|98
        sl|731613|4073213|97
        sn|386588|3140063|97
        so|697864|3804551|97
        sr|711535|4033130|97
        sv|726893|4213939|97
        sw|700422|3775394|97
        ta|711863|4444734|97
        te|708459|4219702|97
        tg|700237|4131709|97
        th|707719|4437476|97
        tl|0|3927576|97
        tr|727711|4169259|97
        uk|714181|4070250|97
        umb|0|54|2
        ur|711354|4137619|97
        uz|723096|2344375|95
        vi|760472|4112089|97
        wo|871|802521|97
        xh|122720|3955426|97
        yo|98281|3364040|96
        zh|726112|14215583|96
        zhtrad|0|3747297|96
        zu|470403|2899738|97
        """;

    /// <summary>
    /// Further names and codes, code | alias …: ISO 639-2 bibliographic and macrolanguage codes, withdrawn codes, other names (with a
    /// capital). A macrolanguage stands for the variety that Flores scores: <c>nor</c> is Bokmål, <c>kur</c> Sorani.
    /// </summary>
    public const string Aliases = """
        ar|ara
        az|aze|Azeri
        bn|Bangla
        cs|cze
        cy|wel
        de|ger
        el|gre|Modern Greek
        es|Castilian
        et|est
        fa|fas|per|Farsi
        ff|ful|Fula|Fulfulde|Nigerian Fulfulde
        fr|fre
        ga|Irish Gaelic
        he|iw
        hy|arm
        id|in
        is|ice
        jv|jw
        ka|geo
        kea|Cape Verdean Creole
        km|Cambodian
        ku|kur|Central Kurdish|Sorani
        ky|Kirghiz
        lb|Letzeburgesch
        lg|Ganda
        luo|Luo
        lv|lav
        mi|mao|Māori
        mk|mac
        mn|mon|Halh Mongolian
        ms|msa|may|zlm|Malaysian
        my|bur|Myanmar
        ne|nep
        nl|dut|Flemish
        no|nor|nb|Bokmål|Norwegian Bokmål
        ns|Sepedi|Pedi
        ny|Chichewa|Chewa
        om|orm|Afaan Oromo
        or|ori|Oriya
        pa|Panjabi
        ps|pus|Pushto
        pt|Brazilian Portuguese
        ro|rum|Moldavian
        sk|slo
        sw|swa|Kiswahili
        tl|fil|Filipino
        uz|uzb
        zh|Chinese|Simplified Chinese
        zhtrad|Traditional Chinese
        """;

    /// <summary>code | variety | script | its codes by ';'. They resolve to the language, but are not what Flores scores.</summary>
    public const string Varieties = """
        en|American English|Latn|eng-US
        en|British English|Latn|eng-GB
        en|Indian English|Latn|eng-IN
        es|Mexican Spanish|Latn|spa-MX
        es|Spanish of Spain, second NTREX reference|Latn|spa-ref2
        fa|Dari|Arab|prs;prs_Arab
        ff|Pulaar|Latn|fuc
        fr|Canadian French|Latn|fra-CA
        ku|Kurmanji|Latn|kmr;kmr_Latn;ku-Latn
        ku|Sorani in Latin script|Latn|ckb-Latn
        no|Nynorsk|Latn|nno;nn;nno_Latn
        oc|Languedocien|Latn|lnc
        om|Borana|Latn|gax
        ps|Northern Pashto|Arab|pbu
        pt|European Portuguese|Latn|pt-PT;por_PT
        sr|Serbian in Latin script|Latn|srp_Latn;sr-Latn
        """;

    /// <summary>Codes that more than one row carries, and the row that each stands for.</summary>
    public const string Resolved = """
        zh|zh;zho;chi;cmn
        """;

    /// <summary>code | meaning. Codes that stand for several languages and for none more than for another: they are refused.</summary>
    public const string Refused = """
        hbs|Serbo-Croatian, which is bs, hr or sr here
        sh|Serbo-Croatian, which is bs, hr or sr here
        """;

    public const string WithoutSpaces = "ja km lo my th zh zhtrad";

    public const string RightToLeftScripts = "Arab Hebr";
}

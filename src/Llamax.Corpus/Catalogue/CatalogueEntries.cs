using Llamax.Text.Languages;

namespace Llamax.Corpus.Catalogue;

/// <summary>The table of what there is. Sizes and hashes are those of the published files, where they are known.</summary>
internal static class CatalogueEntries
{
    private const string Meta = "https://dl.fbaipublicfiles.com";

    /// <summary>The languages whose dictionaries from and to English MUSE publishes.</summary>
    private const string MuseLanguages =
        "af ar bg bn bs ca cs da de el es et fa fi fr he hi hr hu id it ja ko lt lv mk ms nl no pl pt ro ru sk sl sq sv ta th tl tr uk vi "
        + "zh";

    public static IReadOnlyList<CatalogueEntry> All { get; } =
    [
        new()
        {
            Name = "spm-flores101",
            Kind = DataKind.Model,
            What = "SentencePiece model of spBLEU on Flores-101, the paper's main metric",
            Languages = "101",
            Covers = Covering(CodeSet.Flores101),
            Licence = "as Flores-101 (CC BY-SA 4.0)",
            Version = "2021",
            Origin = "https://github.com/facebookresearch/flores",
            MirrorPath = "spm-flores101/sacrebleu_tokenizer_spm.model",
            Files = [new("sacrebleu_tokenizer_spm.model", $"{Meta}/fairseq/models/flores/sacrebleu_tokenizer_spm.model")],
        },
        new()
        {
            Name = "spm-flores200",
            Kind = DataKind.Model,
            What = "SentencePiece model of spBLEU on Flores-200",
            Languages = "204",
            Covers = Covering(CodeSet.Flores200),
            Licence = "as Flores-200 (CC BY-SA 4.0)",
            Version = "2022",
            Origin = "https://github.com/facebookresearch/flores",
            MirrorPath = "spm-flores200/flores200_sacrebleu_tokenizer_spm.model",
            Files = [new("flores200_sacrebleu_tokenizer_spm.model", "https://tinyurl.com/flores200sacrebleuspm")],
        },
        new()
        {
            Name = "flores101",
            Kind = DataKind.Test,
            What = "test set, 997 + 1,012 sentences, parallel in all languages; never train on it",
            Languages = "102",
            Covers = Covering(CodeSet.Flores101),
            Licence = "CC BY-SA 4.0",
            Version = "1.0",
            Origin = "https://github.com/facebookresearch/flores",
            MirrorPath = "flores101",
            IsArchive = true,
            Files =
            [
                new(
                    "flores101_dataset.tar.gz",
                    $"{Meta}/flores101/dataset/flores101_dataset.tar.gz",
                    Sha256: "49fa80207b09fcc0eca8253ed13303b3a0ae0f16081af862601c73ac76f2cba6"),
            ],
        },
        new()
        {
            Name = "flores200",
            Kind = DataKind.Test,
            What = "test set, 997 + 1,012 sentences, parallel in all languages; never train on it",
            Languages = "204",
            Covers = Covering(CodeSet.Flores200),
            Licence = "CC BY-SA 4.0",
            Version = "2.0",
            Origin = "https://github.com/facebookresearch/flores",
            MirrorPath = "flores200",
            IsArchive = true,
            Files =
            [
                new(
                    "flores200_dataset.tar.gz",
                    $"{Meta}/nllb/flores200_dataset.tar.gz",
                    25_585_843,
                    "b8b0b76783024b85797e5cc75064eb83fc5288b41e9654dabc7be6ae944011f6"),
            ],
        },
        new()
        {
            Name = "ntrex128",
            Kind = DataKind.Parallel,
            What = "news sentences of WMT 2019, parallel in all languages",
            Languages = "128",
            Covers = Covering(CodeSet.Ntrex),
            Licence = "CC BY-SA 4.0",
            Version = "unversioned",
            Origin = "https://github.com/MicrosoftTranslator/NTREX",
            MirrorPath = "ntrex128",
            IsArchive = true,
            Files = [new("ntrex.zip", "https://github.com/MicrosoftTranslator/NTREX/archive/refs/heads/main.zip")],
        },
        new()
        {
            Name = "muse",
            Kind = DataKind.Lexicon,
            What = "bilingual dictionaries from and to English, the lexicon of Algorithm 1",
            Languages = "45",
            Covers = Covering(CodeSet.Muse),
            Licence = "CC BY-NC 4.0: not for commercial use",
            Version = "2017",
            Origin = "https://github.com/facebookresearch/MUSE",
            MirrorPath = "muse",
            Files = [.. MuseLanguages.Split(' ').SelectMany(code => new[] { MuseFile("en", code), MuseFile(code, "en") })],
        },
        new()
        {
            Name = "tatoeba",
            Kind = DataKind.Parallel,
            What = "sentence pairs, test part of the Tatoeba Translation Challenge 2023-09-26",
            Languages = "677 pairs",
            Covers = Covering(CodeSet.Tatoeba),
            Licence = "CC BY 2.0 FR; the compilation CC BY-NC-SA 4.0",
            Version = "2023-09-26",
            Origin = "https://github.com/Helsinki-NLP/Tatoeba-Challenge",
            MirrorPath = "tatoeba",
            IsArchive = true,
            Files = [new("test-v2023-09-26.tar", "https://object.pouta.csc.fi/Tatoeba-Challenge-devtest/test-v2023-09-26.tar")],
        },
        new()
        {
            Name = "massive",
            Kind = DataKind.Parallel,
            What = "short requests to an assistant, parallel in all languages",
            Languages = "52",
            Covers = Covering(CodeSet.Massive),
            Licence = "CC BY 4.0",
            Version = "1.1",
            Origin = "https://github.com/alexa/massive",
            MirrorPath = "massive",
            IsArchive = true,
            Files =
            [
                new(
                    "amazon-massive-dataset-1.1.tar.gz",
                    "https://amazon-massive-nlu-dataset.s3.amazonaws.com/amazon-massive-dataset-1.1.tar.gz",
                    Sha256: "4cba5faa11c71437928e17cb1b9b3d8b8e727e7ea363a3a9a8045e19c0491577"),
            ],
        },
        new()
        {
            Name = "alpaca",
            Kind = DataKind.Instructions,
            What = "52,002 instructions with answers, for instruction tuning",
            Languages = "en",
            Covers = English,
            Licence = "CC BY-NC 4.0: not for commercial use",
            Version = "2023-03",
            Origin = "https://github.com/tatsu-lab/stanford_alpaca",
            MirrorPath = "alpaca",
            Files = [new("alpaca_data.json", "https://raw.githubusercontent.com/tatsu-lab/stanford_alpaca/main/alpaca_data.json")],
        },
        new()
        {
            Name = "lid176",
            Kind = DataKind.Model,
            What = "fastText model that identifies languages",
            Languages = "176",
            Licence = "CC BY-SA 3.0",
            Version = "2017",
            Origin = "https://fasttext.cc/docs/en/language-identification.html",
            MirrorPath = "lid/lid.176.ftz",
            Files =
            [
                new(
                    "lid.176.ftz",
                    $"{Meta}/fasttext/supervised-models/lid.176.ftz",
                    938_013,
                    "8f3472cfe8738a7b6099e8e999c3cbfae0dcd15696aac7d7738a8039db603e83"),
            ],
        },
        new()
        {
            Name = "llama2-tokenizer",
            Kind = DataKind.Model,
            What = "SentencePiece model of LLaMA and Llama 2, 32,000 pieces",
            Languages = "any",
            Licence = "Llama 2 Community License: accept it at Meta to get the file",
            Version = "2",
            Origin = "https://www.llama.com/llama-downloads/",
            MirrorPath = "llama2-tokenizer/tokenizer.model",
            Files = [new("tokenizer.model", null, 499_723, "9e556afd44213b6bd1be2b850ebbbd98f5481437a8021afaf58ee7fb1818d347")],
        },
        new()
        {
            Name = "lid176-full",
            Kind = DataKind.Model,
            What = "fastText model that identifies languages, not compressed: a little better, 140 times as large",
            Languages = "176",
            Licence = "CC BY-SA 3.0",
            Version = "2017",
            Origin = "https://fasttext.cc/docs/en/language-identification.html",
            MirrorPath = "lid/lid.176.bin",
            Files = [new("lid.176.bin", $"{Meta}/fasttext/supervised-models/lid.176.bin")],
        },
        new()
        {
            Name = "panlex",
            Kind = DataKind.Lexicon,
            What = "word pairs, the second dictionary of the paper (Table 10)",
            Languages = "thousands",
            Covers = Covering(CodeSet.PanLex),
            Licence = "CC0 1.0",
            Version = "by snapshot",
            Origin = "https://panlex.org",
            MirrorPath = "panlex",
            Files = [new("eng-LANG.tsv", null)],
        },
        new()
        {
            Name = "gatitos",
            Kind = DataKind.Lexicon,
            What = "4,000 English words and phrases in languages that other lexicons lack",
            Languages = "170",
            Covers = Covering(CodeSet.Gatitos),
            Licence = "CC BY 4.0",
            Version = "unversioned",
            Origin = "https://github.com/google-research/url-nlp",
            MirrorPath = "gatitos",
            Files = [.. LanguageRegistry.All.SelectMany(language => language.CodesIn(CodeSet.Gatitos)).Select(GatitosFile)],
        },
        new()
        {
            Name = "cldr-lexicon",
            Kind = DataKind.Lexicon,
            What = "names of languages, territories, months and emoji, English with each language",
            Languages = "99",
            Covers = Covering(CodeSet.Cldr),
            Licence = "Unicode License v3",
            Version = "48",
            Origin = "https://github.com/unicode-org/cldr-json",
            MirrorPath = "cldr-lexicon",
            Files = [new("LANG.tsv", null)],
        },
        new()
        {
            Name = "wiktionary-omw",
            Kind = DataKind.Lexicon,
            What = "words by WordNet synset from Wiktionary (Extended Open Multilingual Wordnet)",
            Languages = "95",
            Covers = Covering(CodeSet.WiktionaryOmw),
            Licence = "CC BY-SA 3.0",
            Version = "1.2",
            Origin = "https://omwn.org",
            MirrorPath = "wiktionary-omw",
            Files = [new("wn-wikt-LANG.tab", null)],
        },
        new()
        {
            Name = "udhr",
            Kind = DataKind.Parallel,
            What = "Universal Declaration of Human Rights, aligned by article and paragraph",
            Languages = "97",
            Covers = Covering(CodeSet.Udhr),
            Licence = "free: OHCHR and UDHR in Unicode",
            Version = "unversioned",
            Origin = "https://www.unicode.org/udhr/",
            MirrorPath = "udhr",
            Files = [new("udhr.tsv", null)],
        },
        new()
        {
            Name = "mafand",
            Kind = DataKind.Parallel,
            What = "news in African languages; its dev and test parts must not be trained on",
            Languages = "21",
            Covers = [LanguageRegistry.Find("fr"), .. Covering(CodeSet.Mafand)],
            Licence = "CC BY-NC 4.0: not for commercial use",
            Version = "unversioned",
            Origin = "https://github.com/masakhane-io/lafand-mt",
            MirrorPath = "mafand",
            IsArchive = true,
            Files = [new("mafand.zip", "https://github.com/masakhane-io/lafand-mt/archive/HEAD.zip")],
        },
        new()
        {
            Name = "ted",
            Kind = DataKind.Parallel,
            What = "TED talks, the paper's TED evaluation; its test part must not be trained on",
            Languages = "60",
            Licence = "CC BY-NC-ND 4.0 (TED)",
            Version = "2018",
            Origin = "https://github.com/neulab/word-embeddings-for-nmt",
            MirrorPath = "ted",
            IsArchive = true,
            Files = [new("ted_talks.tar.gz", "http://phontron.com/data/ted_talks.tar.gz")],
        },
        new()
        {
            Name = "opus100",
            Kind = DataKind.Parallel,
            What = "English-centric sentence pairs drawn from OPUS, at most a million a pair",
            Languages = "100",
            Licence = "that of the texts: see its page",
            Version = "1.0",
            Origin = "https://opus.nlpl.eu/opus-100.php",
            MirrorPath = "opus100",
            IsArchive = true,
            Files = [new("opus-100-corpus-v1.0.tar.gz", "https://object.pouta.csc.fi/OPUS-100/v1.0/opus-100-corpus-v1.0.tar.gz")],
        },
        new()
        {
            Name = "tico19",
            Kind = DataKind.Test,
            What = "3,071 sentences on health, and terminology; never train on it",
            Languages = "37",
            Covers = Covering(CodeSet.Tico19),
            Licence = "CC0 1.0",
            Version = "2020-10-28",
            Origin = "https://tico-19.github.io",
            MirrorPath = "tico19",
            IsArchive = true,
            Files = [new("tico19-testset.zip", "https://tico-19.github.io/data/tico19-testset.zip")],
        },
        new()
        {
            Name = "wmt23",
            Kind = DataKind.Test,
            What = "general test of WMT 2023 with references; never train on it",
            Languages = "13 directions",
            Covers = [.. "cs de en he ja ru uk zh".Split(' ').Select(LanguageRegistry.Find)],
            Licence = "for research; the repository states none",
            Version = "2023",
            Origin = "https://github.com/wmt-conference/wmt23-news-systems",
            MirrorPath = "wmt23",
            IsArchive = true,
            Files = [new("wmt23.zip", "https://github.com/wmt-conference/wmt23-news-systems/archive/HEAD.zip")],
        },
    ];

    private static IReadOnlyList<Language> English => [LanguageRegistry.Find("en")];

    private static IReadOnlyList<Language> Covering(CodeSet set) =>
        [.. LanguageRegistry.All.Where(language => language.CodeIn(set) is not null)];

    private static CatalogueFile GatitosFile(string code) =>
        new($"en_{code}.tsv", $"https://raw.githubusercontent.com/google-research/url-nlp/main/gatitos/en_{code}.tsv");

    private static CatalogueFile MuseFile(string source, string target) =>
        new($"{source}-{target}.txt", $"{Meta}/arrival/dictionaries/{source}-{target}.txt");
}

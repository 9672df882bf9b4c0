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
            What = "SentencePiece model of spBLEU on Flores-101, the paper's main metric",
            Languages = "101",
            Licence = "as Flores-101 (CC BY-SA 4.0)",
            Origin = "https://github.com/facebookresearch/flores",
            MirrorPath = "spm-flores101/sacrebleu_tokenizer_spm.model",
            Files = [new("sacrebleu_tokenizer_spm.model", $"{Meta}/fairseq/models/flores/sacrebleu_tokenizer_spm.model")],
        },
        new()
        {
            Name = "spm-flores200",
            What = "SentencePiece model of spBLEU on Flores-200",
            Languages = "204",
            Licence = "as Flores-200 (CC BY-SA 4.0)",
            Origin = "https://github.com/facebookresearch/flores",
            MirrorPath = "spm-flores200/flores200_sacrebleu_tokenizer_spm.model",
            Files = [new("flores200_sacrebleu_tokenizer_spm.model", "https://tinyurl.com/flores200sacrebleuspm")],
        },
        new()
        {
            Name = "flores101",
            What = "test set, 997 + 1,012 sentences, parallel in all languages; never train on it",
            Languages = "102",
            Licence = "CC BY-SA 4.0",
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
            What = "test set, 997 + 1,012 sentences, parallel in all languages; never train on it",
            Languages = "204",
            Licence = "CC BY-SA 4.0",
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
            What = "news sentences of WMT 2019, parallel in all languages",
            Languages = "128",
            Licence = "CC BY-SA 4.0",
            Origin = "https://github.com/MicrosoftTranslator/NTREX",
            MirrorPath = "ntrex128",
            IsArchive = true,
            Files = [new("ntrex.zip", "https://github.com/MicrosoftTranslator/NTREX/archive/refs/heads/main.zip")],
        },
        new()
        {
            Name = "muse",
            What = "bilingual dictionaries from and to English, the lexicon of Algorithm 1",
            Languages = "45",
            Licence = "CC BY-NC 4.0: not for commercial use",
            Origin = "https://github.com/facebookresearch/MUSE",
            MirrorPath = "muse",
            Files = [.. MuseLanguages.Split(' ').SelectMany(code => new[] { MuseFile("en", code), MuseFile(code, "en") })],
        },
        new()
        {
            Name = "tatoeba",
            What = "sentence pairs, test part of the Tatoeba Translation Challenge 2023-09-26",
            Languages = "677 pairs",
            Licence = "CC BY 2.0 FR; the compilation CC BY-NC-SA 4.0",
            Origin = "https://github.com/Helsinki-NLP/Tatoeba-Challenge",
            MirrorPath = "tatoeba",
            IsArchive = true,
            Files = [new("test-v2023-09-26.tar", "https://object.pouta.csc.fi/Tatoeba-Challenge-devtest/test-v2023-09-26.tar")],
        },
        new()
        {
            Name = "massive",
            What = "short requests to an assistant, parallel in all languages",
            Languages = "52",
            Licence = "CC BY 4.0",
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
            What = "52,002 instructions with answers, for instruction tuning",
            Languages = "en",
            Licence = "CC BY-NC 4.0: not for commercial use",
            Origin = "https://github.com/tatsu-lab/stanford_alpaca",
            MirrorPath = "alpaca",
            Files = [new("alpaca_data.json", "https://raw.githubusercontent.com/tatsu-lab/stanford_alpaca/main/alpaca_data.json")],
        },
        new()
        {
            Name = "lid176",
            What = "fastText model that identifies languages",
            Languages = "176",
            Licence = "CC BY-SA 3.0",
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
            What = "SentencePiece model of LLaMA and Llama 2, 32,000 pieces",
            Languages = "any",
            Licence = "Llama 2 Community License: accept it at Meta to get the file",
            Origin = "https://www.llama.com/llama-downloads/",
            MirrorPath = "llama2-tokenizer/tokenizer.model",
            Files = [new("tokenizer.model", null, 499_723, "9e556afd44213b6bd1be2b850ebbbd98f5481437a8021afaf58ee7fb1818d347")],
        },
    ];

    private static CatalogueFile MuseFile(string source, string target) =>
        new($"{source}-{target}.txt", $"{Meta}/arrival/dictionaries/{source}-{target}.txt");
}

using Llamax.Evaluation.Reporting;
using Llamax.Evaluation.Suites;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Evaluation.Tests.Reporting;

/// <summary>A report of the size of the built-in recipe: 24 languages, all directions, three systems, drawn scores.</summary>
internal static class SampleReport
{
    private static readonly string[] Codes =
    [
        "en", "de", "nl", "sv", "fr", "es", "pt", "it", "ro", "ru", "uk", "pl",
        "cs", "ar", "he", "fa", "hi", "bn", "am", "ha", "sw", "id", "zh", "zhtrad",
    ];

    public static ReportDocument Create() => new()
    {
        Title = "A translator for 24 languages, made on a laptop",
        Summary = "A small LLaMA was pre-trained further on text and sentence pairs of 24 languages, then tuned on instructions. "
            + "Of 552 directions, 90 had sentence pairs in training; the others show what carries over.",
        Facts =
        [
            new("Recipe", "recipes/quickstart.yaml"), new("Seed", "17"), new("Model", "LLaMA, 8 layers, 6.3 million parameters"),
            new("Tokenizer", "SentencePiece BPE, 4,000 pieces"), new("Llamax", "0.1.0"), new(".NET", "10.0.0"), new("ICU", "74.2"),
            new("Wall time", "14 minutes on 2 cores"), new("Test set", "held-out lines of the built-in corpus, 100 per direction"),
        ],
        Languages = [.. Codes.Select(c => ReportLanguage.Of(LanguageRegistry.Find(c)))],
        Metrics =
        [
            new("chrF2++", "chrF++", "nrefs:1|case:mixed|eff:yes|nc:6|nw:2|space:no|version:2.6.0"),
            new("spBLEU", "spBLEU (stand-in)", "nrefs:1|case:mixed|eff:no|tok:quickstart.model|smooth:exp|version:2.6.0"),
            new("BLEU", "BLEU", "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0"),
        ],
        Systems =
        [
            System("copy of the source", "what not translating scores", 8, 14),
            System("base", "before training on the languages", 11, 12),
            System("after CPT", "", 34, 30),
            System("after tuning", "", 38, 34),
        ],
        Baseline = "base",
        LossCurves =
        [
            Curve("continual pre-training", heldOut: false, 4000, every: 1, 6.2, 2.1),
            Curve("continual pre-training, dev", heldOut: true, 4000, every: 250, 6.2, 2.3),
            Curve("instruction tuning", heldOut: false, 600, every: 1, 3.1, 1.4),
            Curve("instruction tuning, dev", heldOut: true, 600, every: 100, 3.1, 1.6),
        ],
        Samples =
        [
            new("en", "de", true, "The museum opens at nine.", "Das Museum öffnet um neun.",
                [
                    new("base", "The museum opens at nine nine nine nine"),
                    new("after CPT", "Das Museum öffnet um neun Uhr."),
                    new("after tuning", "Das Museum öffnet um neun."),
                ]),
            new("en", "ar", true, "The museum opens at nine.", "يفتح المتحف في الساعة التاسعة.",
                [
                    new("base", "The museum opens"),
                    new("after CPT", "المتحف يفتح الساعة 9."),
                    new("after tuning", "يفتح المتحف في الساعة التاسعة."),
                ]),
            new("ha", "am", false, "Gidan tarihi yana buɗewa da ƙarfe tara.", "ሙዚየሙ በዘጠኝ ሰዓት ይከፈታል።",
                [new("base", ""), new("after CPT", "ሙዚየሙ ይከፈታል።"), new("after tuning", "ሙዚየሙ በዘጠኝ ይከፈታል።")]),
            new("he", "zh", false, "המוזיאון נפתח בתשע.", "博物馆九点开门。", [new("after CPT", "博物馆开门。"), new("after tuning", "博物馆在九点开门。")]),
        ],
        TranslateCommand = "llamax translate \"Good morning\" --model quickstart/model --from en --to ha",
        Notes =
        [
            new("spBLEU is a stand-in", "Its tokenizer is not the one of Flores-101, so the numbers cannot be compared with the paper's."),
            new("Contamination", "No test sentence is in the training text: 0 of 2,400 lines share an 8-gram with it."),
        ],
    };

    private static ReportSystem System(string name, string note, double level, double spread)
    {
        var draws = new Draws(3, $"report {name}");
        var directions = new List<ReportDirection>();
        for (var s = 0; s < Codes.Length; s++)
        {
            for (var t = 0; t < Codes.Length; t++)
            {
                if (s == t)
                    continue;
                var item = (s * 100) + t;
                var trained = s == 0 || t == 0 || (s + t) % 11 == 0;
                var kin = Math.Abs(s - t) <= 3 ? 0.35 : 0;
                var chrf = level + (spread * ((0.4 * draws.Uniform(item)) + kin + (trained ? 0.25 : 0) - (0.02 * t)));
                var group = s == 0 ? DirectionGroup.FromEnglish : t == 0 ? DirectionGroup.IntoEnglish
                    : trained ? DirectionGroup.TrainedOthers : DirectionGroup.UnseenOthers;
                directions.Add(new(
                    Codes[s], Codes[t], group, trained,
                    new Dictionary<string, double> { ["chrF2++"] = chrf, ["spBLEU"] = chrf * 0.5, ["BLEU"] = chrf * 0.4 },
                    chrf / 900, 0.3 - Math.Min(0.29, chrf / 200)));
            }
        }

        return new(name, note, directions);
    }

    private static LossCurve Curve(string name, bool heldOut, int steps, int every, double from, double to)
    {
        var draws = new Draws(4, $"loss {name}");
        return new(name, heldOut, [.. Enumerable.Range(1, steps / every).Select(i => i * every).Select(step => new LossPoint(
            step, to + ((from - to) * Math.Pow(step, -0.35)) + (heldOut ? 0 : 0.08 * (draws.Uniform(step) - 0.5))))]);
    }
}

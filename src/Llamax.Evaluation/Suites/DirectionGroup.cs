namespace Llamax.Evaluation.Suites;

/// <summary>The groups of directions whose means are reported (LLaMAX, Tables 1 and 2: en→X, X→en, X→Y).</summary>
public enum DirectionGroup
{
    /// <summary>From English.</summary>
    FromEnglish,

    /// <summary>Into English.</summary>
    IntoEnglish,

    /// <summary>Neither side is English, and the model was trained on sentence pairs of the direction.</summary>
    TrainedOthers,

    /// <summary>Neither side is English, and the model never saw a sentence pair of the direction.</summary>
    UnseenOthers,
}

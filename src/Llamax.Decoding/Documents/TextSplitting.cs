namespace Llamax.Decoding.Documents;

/// <summary>When a text is translated in parts.</summary>
public enum TextSplitting
{
    /// <summary>Never: a text that is too long for the model fails.</summary>
    Never,

    /// <summary>When it is too long for the model.</summary>
    WhenTooLong,

    /// <summary>Always, sentence by sentence: what models learnt is sentences.</summary>
    Always,
}

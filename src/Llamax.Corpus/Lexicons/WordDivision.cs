namespace Llamax.Corpus.Lexicons;

/// <summary>How a sentence is divided into words.</summary>
public enum WordDivision
{
    /// <summary>As in the paper, §2.1, step 2: at spaces, and Chinese by Jieba.</summary>
    Paper,

    /// <summary>At spaces; Chinese by Jieba; Thai, Lao, Khmer, Burmese and Japanese by ICU's dictionaries.</summary>
    Dictionaries,

    /// <summary>At spaces; languages that write none by greedy longest match against the lexicon itself.</summary>
    LongestMatch,
}

// JSONValues
